"""Has onnxruntime predict what the engine predicted: onnx_check.py FOLDER.

A few rows are predicted by the reference implementation of the standard as well.

Each folder of FOLDER is a case: model.onnx, and case.json with the columns of a table and what is
expected of them. A number agrees if it lies within RELATIVE of the expected one, or within the
case's floor.
"""

import json
import pathlib
import sys

import numpy
import onnx
import onnx.reference
import onnxruntime

RELATIVE = 1e-5
# Rows that the standard's reference implementation, which is slow, is asked about.
REFERENCED = 6
# Classes whose probabilities differ by less may change places.
TIE = 1e-9


def fail(name, sentence):
    print(f"{name}: {sentence}")
    return False


def table(columns):
    """As pandas has it: doubles with NaN, and objects that are texts, empty where missing."""
    feed = {}
    for column in columns:
        if column["kind"] == "text":
            texts = ["" if text is None else text for text in column["values"]]
            feed[column["name"]] = numpy.array(texts, dtype=object).reshape(-1, 1)
        else:
            numbers = [numpy.nan if n is None else n for n in column["values"]]
            feed[column["name"]] = numpy.array(numbers, dtype=numpy.float64).reshape(-1, 1)
    return feed


def check(folder):
    name = folder.name
    case = json.loads((folder / "case.json").read_text())
    model = onnx.load(folder / "model.onnx")
    onnx.checker.check_model(model, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    unknown = [v.name for v in inferred.graph.value_info if not v.type.tensor_type.elem_type]
    if unknown:
        return fail(name, f"no type is inferred for {unknown}")
    session = onnxruntime.InferenceSession(
        folder / "model.onnx", providers=["CPUExecutionProvider"])
    feed = table(case["columns"])
    if [i.name for i in session.get_inputs()] != [c["name"] for c in case["columns"]]:
        return fail(name, f"inputs are {[i.name for i in session.get_inputs()]}")
    properties = session.get_modelmeta().custom_metadata_map
    expected = numpy.array(case["expected"])
    if not case["classes"]:
        outputs = [case["outputs"]["prediction"]]
    else:
        outputs = [case["outputs"]["probabilities"], case["outputs"]["label"]]
        if json.loads(properties["classes"]) != case["classes"]:
            return fail(name, f"classes are {properties['classes']}")
    if {o.name for o in session.get_outputs()} != set(outputs):
        return fail(name, f"outputs are {[o.name for o in session.get_outputs()]}")

    found = session.run(outputs, feed)
    if found[0].shape != expected.shape or found[0].dtype != numpy.float64:
        return fail(name, f"{found[0].dtype} {found[0].shape} instead of {expected.shape}")
    difference = numpy.abs(found[0] - expected)
    relative = difference / numpy.maximum(numpy.abs(expected), 1e-300)
    worst = relative[difference > case["floor"]].max(initial=0)
    print(f"{name}: {worst:.1e} relative, {difference.max():.1e} absolute,"
          f" {(folder / 'model.onnx').stat().st_size} bytes")
    # Written so that NaN does not agree.
    if not (difference <= case["floor"] + RELATIVE * numpy.abs(expected)).all():
        row, column = numpy.argwhere(
            ~(difference <= case["floor"] + RELATIVE * numpy.abs(expected)))[0]
        return fail(name, f"row {row}, column {column}: {found[0][row, column]!r}"
                    f" instead of {expected[row, column]!r}")
    if case["classes"]:
        ordered = numpy.sort(expected, axis=1)
        clear = ordered[:, -1] - ordered[:, -2] > TIE
        if list(found[1][clear]) != list(numpy.array(case["labels"], dtype=object)[clear]):
            return fail(name, "labels differ")
    # A row alone is computed by other paths of the runtime.
    for row in range(min(4, len(expected))):
        alone = session.run(outputs[:1], {k: v[row:row + 1] for k, v in feed.items()})[0]
        if not numpy.allclose(alone[0], found[0][row], rtol=1e-9, atol=case["floor"]):
            return fail(name, f"row {row} alone gives {alone[0]} instead of {found[0][row]}")
    # The reference of onnx 1.23 ends a set at the member 0, and reads sets in another order.
    if any(a.name == "membership_values" for n in model.graph.node for a in n.attribute):
        return True
    reference = onnx.reference.ReferenceEvaluator(model)
    few = reference.run(outputs[:1], {k: v[:REFERENCED] for k, v in feed.items()})[0]
    if not numpy.allclose(few, found[0][:REFERENCED], rtol=1e-9, atol=case["floor"]):
        return fail(name, f"the reference implementation gives {few}"
                    f" instead of {found[0][:REFERENCED]}")
    return True


def main():
    folders = sorted(path for path in pathlib.Path(sys.argv[1]).iterdir() if path.is_dir())
    agreed = [check(folder) for folder in folders]
    print(f"{sum(agreed)} of {len(agreed)} models agree")
    sys.exit(0 if agreed and all(agreed) else 1)


main()
