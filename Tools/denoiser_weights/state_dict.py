"""Finding the state dict in a file of torch.save."""

import pickle
import zipfile

import torch

from .refusal import Refusal

ENTRIES = ("params_ema", "params", "state_dict", "model_state_dict")
"""Where checkpoints keep a state dict; of two, averaged weights are better."""

PREFIXES = ("module.", "_orig_mod.")
"""What wrappers for several devices and for compiled networks put before the names of a network."""


def load(path):
    """The state dict in a file, with names as its network gives them, and what was done to find it."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise Refusal(f"it cannot be read ({error.strerror or error})") from error
    except Exception as error:  # torch.load raises whatever the bytes lead it to.
        if isinstance(error, pickle.UnpicklingError) and zipfile.is_zipfile(path):
            raise Refusal(
                "it holds Python objects besides tensors, which are not loaded because they could run any code; "
                "save the weights alone, with torch.save(model.state_dict(), ...)"
            ) from error
        raise Refusal("it is no file of torch.save, or is damaged") from error

    notes = []
    for entry in ENTRIES:
        if isinstance(content, dict) and isinstance(content.get(entry), dict):
            others = [str(name) for name in content if name != entry]
            content = content[entry]
            notes.append(f"taken from the entry '{entry}'" + (f", not {', '.join(others)}" if others else ""))
            break
    if not isinstance(content, dict) or not content:
        raise Refusal("it holds no state dict; save one, with torch.save(model.state_dict(), ...)")
    for name, value in content.items():
        if not isinstance(name, str) or not isinstance(value, torch.Tensor):
            raise Refusal(f"its entry '{name}' is no named tensor; save one network's state dict by itself")
    while prefix := next((prefix for prefix in PREFIXES if all(name.startswith(prefix) for name in content)), None):
        content = {name[len(prefix) :]: value for name, value in content.items()}
        notes.append(f"'{prefix}' taken off the names")
    return content, notes
