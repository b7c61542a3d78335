import Engine
import Fuzzing
import Testing

@testable import Inspection

/// ONNX and safetensors, their files written by hand.
@Suite struct NetworkTests {
    private static func report(_ bytes: [UInt8]) -> InspectionReport { PickleTests.report(bytes) }

    // MARK: Protobuf by hand

    private static func varint(_ value: UInt64) -> [UInt8] {
        var (value, bytes) = (value, [UInt8]())
        while value >= 0x80 {
            bytes.append(UInt8(value & 0x7F) | 0x80)
            value >>= 7
        }
        return bytes + [UInt8(value)]
    }

    private static func field(_ number: UInt64, _ value: UInt64) -> [UInt8] {
        Self.varint(number << 3) + Self.varint(value)
    }

    private static func field(_ number: UInt64, _ bytes: [UInt8]) -> [UInt8] {
        Self.varint(number << 3 | 2) + Self.varint(UInt64(bytes.count)) + bytes
    }

    private static func field(_ number: UInt64, _ text: String) -> [UInt8] {
        Self.field(number, Array(text.utf8))
    }

    private static func model(
        _ graph: [UInt8], domain: String = "", more: [UInt8] = []
    ) -> [UInt8] {
        Self.field(1, 8) + Self.field(2, "by hand")
            + Self.field(8, Self.field(1, domain) + Self.field(2, 17)) + Self.field(7, graph) + more
    }

    private static func node(_ type: String, domain: String = "", more: [UInt8] = []) -> [UInt8] {
        Self.field(1, Self.field(4, type) + Self.field(7, domain) + more)
    }

    private static let weights = Self.field(
        5,
        Self.field(1, 2) + Self.field(1, 3) + Self.field(2, 1) + Self.field(8, "w")
            + Self.field(9, [UInt8](repeating: 0, count: 24)))

    private static func external(_ location: String) -> [UInt8] {
        Self.field(
            5,
            Self.field(1, 1000) + Self.field(2, 1)
                + Self.field(13, Self.field(1, "location") + Self.field(2, location))
                + Self.field(14, 1))
    }

    @Test func `a plain network is harmless, and told by its operators`() {
        let report = Self.report(
            Self.model(Self.node("Gemm") + Self.node("Relu") + Self.node("Gemm") + Self.weights))
        #expect(report.verdict == .harmless, "\(report)")
        #expect(report.formats == [.onnx])
        let facts = report.facts.map { "\($0.name)=\($0.value)" }
        for fact in ["IR version=8", "operator sets=ai.onnx 17", "operator Gemm=2", "tensors=1"] {
            #expect(facts.contains(fact), "\(facts)")
        }
    }

    @Test(arguments: [
        "../../../etc/passwd", "/etc/passwd", "a/../../b", "..\\x", "C:\\x", "~/x", "file:/x",
    ]) func `data that lies outside is a danger`(location: String) {
        let report = Self.report(Self.model(Self.external(location)))
        #expect(report.findings.map(\.severity) == [.danger], "\(report)")
    }

    @Test func `data that lies beside the file is a fact`() {
        let report = Self.report(Self.model(Self.external("weights.bin")))
        #expect(report.verdict == .harmless)
        #expect(report.facts.contains { $0.value == "weights.bin" })
        // Also in a graph within a node's attribute, in a sparse tensor, in a function.
        let attribute = Self.field(5, Self.field(6, Self.external("../x")))
        let sparse = Self.field(15, Self.field(1, Array(Self.external("../x").dropFirst(2))))
        let function = Self.field(
            25,
            Self.field(1, "f") + Self.field(7, Array(Self.node("If", more: attribute).dropFirst(2)))
        )
        for (graph, more) in [
            (Self.node("If", more: attribute), []), (sparse, []), (Self.weights, function),
        ] {
            let report = Self.report(Self.model(graph, more: more))
            #expect(report.findings.map(\.severity) == [.danger], "\(report)")
        }
    }

    @Test func `operators that a runtime must be given are a suspicion`() {
        let report = Self.report(Self.model(Self.node("PyOp", domain: "ai.onnx.contrib")))
        #expect(report.findings.count == 1)
        #expect(report.findings.first?.sentence.contains("ai.onnx.contrib") == true)
        let own = Self.field(25, Self.field(1, "f") + Self.field(10, "my.domain"))
        let brought = Self.model(Self.node("f", domain: "my.domain"), more: own)
        #expect(Self.report(brought).verdict == .harmless)
    }

    @Test func `a tensor that claims more than it brings is told`() {
        for extents in [[1 << 40], [1 << 32, 1 << 32, 1 << 32]] as [[UInt64]] {
            let tensor = Self.field(5, extents.flatMap { Self.field(1, $0) } + Self.field(2, 1))
            let report = Self.report(Self.model(tensor))
            #expect(report.findings.first?.sentence.contains("many more elements") == true)
        }
    }

    @Test func `graphs within graphs are walked to a bound`() {
        var graph = Self.node("Relu")
        for _ in 0..<60 { graph = Self.node("If", more: Self.field(5, Self.field(6, graph))) }
        #expect(Self.report(Self.model(graph)).fault?.contains("nested too deep") == true)
    }

    @Test func `texts of a file are cut, and what is no format is unreadable`() {
        let long = Self.report(Self.model(Self.node(String(repeating: "ä", count: 9000))))
        #expect(long.facts.allSatisfy { $0.name.utf8.count < 600 })
        for bytes in [[], [0], Array("hello".utf8), [UInt8](repeating: 0xFF, count: 900)] {
            #expect(Self.report(bytes).verdict == .unreadable)
        }
        let model = Self.model(Self.weights)
        #expect(Self.report(Array(model.dropLast(3))).verdict == .unreadable)
    }

    @Test func `no mutation of a network makes the walk crash`() {
        let sample = Self.model(
            Self.node("If", more: Self.field(5, Self.field(6, Self.external("../x"))))
                + Self.weights, domain: "x", more: Self.field(14, Self.field(1, "k")))
        var mutants = Mutants(of: sample, seed: 2)
        for _ in 0..<Mutants.rounds(10_000) { _ = Self.report(mutants.next()) }
        for length in sample.indices { _ = Self.report(Array(sample[..<length])) }
    }

    // MARK: safetensors

    private static func tensors(_ header: String, _ data: Int) -> [UInt8] {
        let count = UInt64(header.utf8.count)
        return withUnsafeBytes(of: count.littleEndian) { Array($0) } + Array(header.utf8)
            + [UInt8](repeating: 7, count: data)
    }

    @Test func `safetensors of all types are harmless`() {
        let report = Self.report(
            Self.tensors(
                #"{"a":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]},"#
                    + #""b":{"dtype":"F4","shape":[4],"data_offsets":[8,10]},"#
                    + #""__metadata__":{"format":"pt"}}"#, 10))
        #expect(report.verdict == .harmless, "\(report)")
        #expect(report.facts.contains { $0.value == "BF16 F4" })
    }

    @Test(arguments: [
        (#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#, 3, "a gap"),
        (
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
                + #""b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#, 3, "overlap"
        ),
        (#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 5, "follow the last"),
        (#"{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,2]}}"#, 2, "size of its shape"),
        (#"{"a":{"dtype":"X","shape":[2],"data_offsets":[0,2]}}"#, 2, "unknown type X"),
    ]) func `a header that says something odd is told`(header: String, data: Int, words: String) {
        let report = Self.report(Self.tensors(header, data))
        #expect(report.findings.contains { $0.sentence.contains(words) }, "\(report)")
    }

    @Test func `a header that cannot be is unreadable, whatever its numbers`() {
        for header in [
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,9]}}"#,
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,0]}}"#,
            #"{"a":{"dtype":"F64","shape":[9223372036854775807,3],"data_offsets":[0,2]}}"#,
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,9223372036854775807]}}"#, "{]",
        ] {
            #expect(Self.report(Self.tensors(header, 2)).verdict == .unreadable)
        }
    }

    // MARK: The report itself

    @Test func `a report survives its encoding, and no mutation of it makes the reader crash`()
        throws
    {
        var report = Self.report(Self.model(Self.external("../x\u{1B}[2J\"\n")))
        report.breakOff("because")
        #expect(try InspectionReport(decoding: report.encoded()) == report)
        var mutants = Mutants(of: report.encoded(), seed: 4)
        for _ in 0..<Mutants.rounds(3000) { _ = try? InspectionReport(decoding: mutants.next()) }
    }
}
