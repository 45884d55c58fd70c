import CommandLineInterface

Tool.main("graphrun")
