print("graphs")
