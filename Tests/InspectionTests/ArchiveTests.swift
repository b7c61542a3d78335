import Fuzzing
import Testing

@testable import Inspection

@Suite struct ArchiveTests {
    private static func report(_ bytes: [UInt8]) -> InspectionReport { PickleTests.report(bytes) }

    /// A zip archive as Python writes it.
    private static func archive(_ body: String, after: String = "") throws -> [UInt8] {
        try Python.bytes(
            Python.call + "import os\nbad = pickle.dumps(Call(os.system, 'true'), 2)\n"
                + "good = pickle.dumps({'weights': [1, 2]}, 2)\nout = io.BytesIO()\n"
                + "with zipfile.ZipFile(out, 'w') as z:\n"
                + body.split(separator: "\n").map { "    \($0)\n" }.joined()
                + "data = out.getvalue()\n\(after)\nsys.stdout.buffer.write(data)")
    }

    @Test func `a harmless archive of torch is harmless`() throws {
        let report = Self.report(
            try Self.archive("z.writestr('m/data.pkl', good)\nz.writestr('m/data/0', bytes(800))"))
        #expect(report.verdict == .harmless, "\(report)")
        #expect(report.formats == [.zip, .pickle])
    }

    @Test(arguments: [
        "z.writestr('m/data.pkl', bad)",
        "z.writestr('m/data.pkl', bad, zipfile.ZIP_DEFLATED)",
        "z.writestr('m/data/7', bad)",
        "z.writestr('m/data.pkl', good)\nz.writestr('m/data.pkl', bad)",
        "inner = io.BytesIO()\ny = zipfile.ZipFile(inner, 'w')\ny.writestr('a', bad)\ny.close()\n"
            + "z.writestr('inner.zip', inner.getvalue())",
        "z.writestr('m/x.z', zlib.compress(bad * 20))",
    ]) func `a pickle that acts is found wherever it lies`(body: String) throws {
        let report = Self.report(try Self.archive(body))
        #expect(report.findings.contains { $0.severity == .danger }, "\(report)")
        #expect(report.findings.contains { !$0.place.isEmpty })
    }

    @Test(arguments: [
        ("z.writestr('../../etc/x', good)", "leads out"),
        ("z.writestr('/etc/x', good)", "leads out"),
        ("z.writestr('C:/x', good)", "leads out"),
        ("z.writestr('m/code/__torch__.py', 'def f(): pass')", "TorchScript"),
        ("z.writestr('a', good, zipfile.ZIP_BZIP2)", "not looked into (method 12)"),
        ("z.writestr('a', good)\nz.writestr('a', good)", "two files of this name"),
    ]) func `names and methods that should not be are told`(body: String, words: String) throws {
        let report = Self.report(try Self.archive(body))
        #expect(report.findings.contains { $0.sentence.contains(words) }, "\(report)")
    }

    @Test(arguments: [
        ("data = good + data", "stand before the archive"),
        (
            "i = data.index(b'PK\\x01\\x02'); data = data[:i] + data[i:].replace(b'aaaa', b'bbbb')",
            "two things of it"
        ),
    ]) func `an archive that says two things is told`(change: String, words: String) throws {
        let report = Self.report(try Self.archive("z.writestr('aaaa', good)", after: change))
        #expect(report.findings.contains { $0.sentence.contains(words) }, "\(report)")
    }

    @Test func `a bomb is not unpacked beyond the bound`() throws {
        let bytes = try Python.bytes(
            """
            z = zlib.compressobj(9)
            out = z.compress(bytes(1 << 20))
            for _ in range(600): out += z.compress(bytes(1 << 20))
            sys.stdout.buffer.write(out + z.flush())
            """)
        let report = Self.report(bytes)
        #expect(report.findings.contains { $0.sentence.contains("comes to more than") })
    }

    @Test(arguments: [1, 6, 9]) func `what zlib packs is unpacked bit for bit`(level: Int) throws {
        let text = "(''.join(chr(97 + i * i % 7) for i in range(70000)) + 'x' * 300).encode()"
        for source in ["b''", "b'a'", text, "bytes(i * 7919 % 256 for i in range(70000))"] {
            let plain = try Python.bytes("sys.stdout.buffer.write(\(source))")
            let packed = try Python.bytes(
                "z = zlib.compressobj(\(level), zlib.DEFLATED, -15)\n"
                    + "sys.stdout.buffer.write(z.compress(\(source)) + z.flush())")
            let unpacked = try packed.withUnsafeBytes {
                try Inflation.bytes(of: $0, upTo: 1 << 20)
            }
            #expect(unpacked == plain)
        }
    }

    @Test func `an array of objects is a pickle, one of numbers is not`() throws {
        func array(_ type: String, _ rest: String) throws -> [UInt8] {
            try Python.bytes(
                Python.call + "import os\n"
                    + "h = b\"{'descr': '\(type)', 'fortran_order': False, 'shape': (1,), }\\n\"\n"
                    + "sys.stdout.buffer.write(b'\\x93NUMPY\\x01\\x00' + "
                    + "len(h).to_bytes(2, 'little') + h + \(rest))")
        }
        #expect(Self.report(try array("<f8", "bytes(8)")).verdict == .harmless)
        let objects = Self.report(try array("|O", "pickle.dumps(Call(os.system, 'x'), 3)"))
        #expect(objects.findings.map(\.severity).contains(.danger), "\(objects)")
    }

    @Test func `no mutation of an archive makes the walk crash`() throws {
        let sample = try Self.archive(
            "z.writestr('m/data.pkl', bad)\nz.writestr('b', good * 9, zipfile.ZIP_DEFLATED)")
        var mutants = Mutants(of: sample, seed: 5)
        for _ in 0..<Mutants.rounds(3000) { _ = Self.report(mutants.next()) }
        for length in sample.indices { _ = Self.report(Array(sample[..<length])) }
        let packed = try Python.bytes(
            "sys.stdout.buffer.write(zlib.compress(bytes(range(256)) * 40 + b'abcabcabc' * 99))")
        var deflated = Mutants(of: packed, seed: 6)
        for _ in 0..<Mutants.rounds(3000) {
            _ = deflated.next().withUnsafeBytes { try? Inflation.bytes(of: $0, upTo: 1 << 16) }
        }
    }
}
