import Fuzzing
import Testing

@testable import Inspection

@Suite struct PickleTests {
    static func report(_ bytes: [UInt8]) -> InspectionReport {
        bytes.withUnsafeBytes { ModelInspector.report(on: $0) }
    }

    private static func dangers(_ bytes: [UInt8]) -> [String] {
        Self.report(bytes).findings.filter { $0.severity == .danger }.map(\.sentence)
    }

    @Test func `plain data is harmless in every protocol`() throws {
        let data =
            "{'a': [1, -2.5, 2**70, None, True], 'b': (1, 'ü'), b'c': {3, 4}, 'd': frozenset([5])}"
        for pickle in try Python.pickles(data) {
            let report = Self.report(pickle)
            #expect(report.verdict == .harmless, "\(report)")
            #expect(report.formats == [.pickle])
        }
    }

    @Test func `what the standard library makes of its own values is harmless`() throws {
        let data = """
            (collections.OrderedDict(a=1), datetime.date(2026, 1, 2), decimal.Decimal('1.5'), \
            complex(1, 2), bytearray(b'x'), collections.Counter('aab'))
            """
        for pickle in try Python.pickles(data, before: "import collections, datetime, decimal") {
            #expect(Self.report(pickle).verdict == .harmless, "\(Self.report(pickle))")
        }
    }

    @Test(arguments: [
        "os.system, 'touch /tmp/never'", "subprocess.Popen, ['true']", "eval, '1'", "exec, '1'",
        "getattr, 'x', 'y'", "__import__, 'os'", "importlib.import_module, 'os'",
        "open, '/tmp/never'",
        "pickle.loads, b''", "functools.partial, print", "operator.attrgetter, 'x'",
        "webbrowser.open, 'http://localhost'", "shutil.rmtree, '/tmp/never'",
        "runpy.run_path, '/tmp/never'", "ctypes.CDLL, 'x'", "socket.socket",
    ]) func `a pickle that would act is found in every protocol`(call: String) throws {
        let modules =
            "import ctypes, functools, importlib, operator, os, runpy, shutil, socket, "
            + "subprocess, webbrowser\n"
        for pickle in try Python.pickles("[Call(\(call))]", before: modules + Python.call) {
            #expect(Self.report(pickle).verdict == .findings)
            #expect(!Self.dangers(pickle).isEmpty, "\(Self.report(pickle))")
        }
    }

    /// As attackers write them, past those who only look for names beside each other.
    @Test(arguments: [
        // INST and OBJ of protocol 0 and 1.
        "b\"(S'true'\\nios\\nsystem\\n.\"", "b\"(cos\\nsystem\\nS'true'\\no.\"",
        // Names by way of the memo, in the wrong order, with something between.
        "b'\\x80\\x04\\x8c\\x06system\\x94\\x8c\\x02os\\x94N0h\\x01h\\x00\\x93"
            + "\\x8c\\x04true\\x85R.'",
        // No PROTO, LONG_BINPUT, POP.
        "b'X\\x02\\x00\\x00\\x00osr\\xff\\x00\\x00\\x00X\\x06\\x00\\x00\\x00system\\x93)R.'",
        // A name with a dot behind a harmless module.
        "b'\\x80\\x04\\x8c\\x0bcollections\\x8c\\x12abc.sys.modules.os\\x93.'",
        // Broken behind the deed.
        "b\"cos\\nsystem\\n(S'true'\\ntR\\xff\\xff\"", "b\"cos\\nsystem\\n(S'true'\\ntR\"",
        // A name that is computed: what a call returned.
        "b\"c__builtin__\\nstr\\n(S'os'\\ntRS'system'\\n\\x93.\"",
    ]) func `no way of writing an import hides it`(literal: String) throws {
        let pickle = try Python.bytes("sys.stdout.buffer.write(\(literal))")
        #expect(!Self.dangers(pickle).isEmpty, "\(Self.report(pickle))")
    }

    @Test func `what is not known is a suspicion, and is named`() throws {
        let pickle = try Python.bytes(
            "sys.stdout.buffer.write(b'\\x80\\x04\\x8c\\x07sklearn\\x8c\\x05Model\\x93)\\x81.')")
        let report = Self.report(pickle)
        #expect(report.findings.map(\.severity) == [.suspicion])
        #expect(report.findings[0].sentence.contains("sklearn.Model"))
    }

    @Test func `several pickles in one file are all walked`() throws {
        let file = try Python.bytes(
            Python.call + "import os\n"
                + "out = sys.stdout.buffer\nfor x in [1, 'a', Call(os.system, 'true')]:\n"
                + "    out.write(pickle.dumps(x, 2))\nout.write(bytes(100))")
        #expect(Self.dangers(file).count == 1)
    }

    @Test func `arrays that joblib puts into the stream are stepped over, objects walked`() throws {
        let module = """
            import types
            module = types.ModuleType('joblib.numpy_pickle')
            class NumpyArrayWrapper: pass
            NumpyArrayWrapper.__module__ = 'joblib.numpy_pickle'
            module.NumpyArrayWrapper = NumpyArrayWrapper
            sys.modules['joblib'] = types.ModuleType('joblib')
            sys.modules['joblib.numpy_pickle'] = module
            numpy = types.ModuleType('numpy')
            class dtype:
                def __init__(self, word='f8'): self.word = word
                def __reduce__(self): return dtype, (self.word, False, True), (3, '<')
                def __setstate__(self, state): pass
            dtype.__module__, dtype.__qualname__ = 'numpy', 'dtype'
            numpy.dtype = dtype
            sys.modules['numpy'] = numpy
            def wrapped(word, shape, aligned):
                w = NumpyArrayWrapper()
                w.__dict__ = {'subclass': None, 'shape': shape, 'order': 'C', 'dtype': dtype(word)}
                if aligned: w.numpy_array_alignment_bytes = 16
                return w
            def split(value, raw):
                out = io.BytesIO()
                class Pickler(pickle._Pickler):
                    dispatch = dict(pickle._Pickler.dispatch)
                    def save(self, obj, save_persistent_id=True):
                        super().save(obj, save_persistent_id)
                        if isinstance(obj, NumpyArrayWrapper):
                            self.framer.commit_frame(force=True)
                            out.write(raw)
                p = Pickler(out, 4)
                p.dump(value)
                sys.stdout.buffer.write(out.getvalue())

            """
        // The numbers begin like opcodes that would act.
        let raw = "b'cos\\nsystem\\n)R.' + bytes(10)"
        let numbers = try Python.bytes(
            module + "split([wrapped('f8', (3,), False), 'end'], \(raw))")
        #expect(Self.report(numbers).verdict == .harmless, "\(Self.report(numbers))")
        let aligned = try Python.bytes(
            module + "split([wrapped('i4', (3, 2), True)], b'\\x03xxx' + \(raw))")
        #expect(Self.report(aligned).verdict == .harmless, "\(Self.report(aligned))")
        let objects = try Python.bytes(
            module + Python.call + "import os\n"
                + "split([wrapped('O8', (1,), False), 'end'], pickle.dumps(Call(os.system, 'x')))")
        #expect(Self.dangers(objects).count == 1, "\(Self.report(objects))")
    }

    @Test func `what is no pickle to its end is unreadable, and its fault is told`() throws {
        let pickle = try Python.bytes("sys.stdout.buffer.write(pickle.dumps([1] * 50, 4))")
        for length in [3, 12, pickle.count - 1] {
            let report = Self.report(Array(pickle[..<length]))
            #expect(report.verdict == .unreadable)
            #expect(report.fault?.contains("breaks off at byte") == true)
        }
    }

    @Test func `no mutation makes the walk crash`() throws {
        let samples =
            try Python.pickles(
                "[Call(os.system, 'x'), {'a': (1, 2.5)}]", before: Python.call + "import os")
            + Python.pickles("[{'k': [1] * 20, b'x' * 300: 'y' * 300}]")
        for (index, sample) in samples.enumerated() {
            var mutants = Mutants(of: sample, seed: UInt64(index))
            for _ in 0..<Mutants.rounds(1500) { _ = Self.report(mutants.next()) }
            for length in sample.indices { _ = Self.report(Array(sample[..<length])) }
        }
    }

    @Test func `a pickle that asks for much memory does not get it`() {
        // A text of four gigabytes that is not there, a memo of far numbers, marks without end.
        let long: [UInt8] = [0x80, 4, 0x58, 0xFF, 0xFF, 0xFF, 0xFF, 0x61]
        #expect(Self.report(long).verdict == .unreadable)
        let marks = [0x80, 4] + [UInt8](repeating: 0x28, count: 1_000_002)
        #expect(Self.report(marks).fault?.contains("more than 1000000") == true)
    }
}
