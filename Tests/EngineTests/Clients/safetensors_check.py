"""Has the safetensors library read what the engine wrote: safetensors_check.py FOLDER.

Each folder of FOLDER is a case: weights.safetensors, and case.json with the metadata and, for every
tensor, its type, its shape and its bytes in hexadecimal digits.
"""

import json
import pathlib
import sys

import safetensors
import safetensors.numpy

TYPES = {"F64": "<f8", "F32": "<f4", "I32": "<i4", "U8": "|u1"}


def check(folder):
    case = json.loads((folder / "case.json").read_text())
    path = folder / "weights.safetensors"
    with safetensors.safe_open(path, framework="numpy") as file:
        if file.metadata() != case["metadata"]:
            return f"metadata are {file.metadata()}"
    tensors = safetensors.numpy.load_file(path)
    if sorted(tensors) != sorted(case["tensors"]):
        return f"tensors are {sorted(tensors)}"
    for name, expected in case["tensors"].items():
        tensor = tensors[name]
        if tensor.dtype.str != TYPES[expected["type"]]:
            return f"{name} is of type {tensor.dtype}"
        if list(tensor.shape) != expected["shape"]:
            return f"{name} is of shape {tensor.shape}"
        if tensor.tobytes().hex() != expected["bytes"]:
            return f"{name} holds other numbers"
    return None


def main():
    faults = 0
    folders = sorted(path for path in pathlib.Path(sys.argv[1]).iterdir() if path.is_dir())
    for folder in folders:
        fault = check(folder)
        if fault:
            print(f"{folder.name}: {fault}")
            faults += 1
    print(f"{len(folders) - faults} of {len(folders)} files are read alike")
    sys.exit(1 if faults or not folders else 0)


main()
