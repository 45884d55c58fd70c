// CommandLineInterface
