"""Turns weights of denoisers that PyTorch saved into those that graphrun reads."""
