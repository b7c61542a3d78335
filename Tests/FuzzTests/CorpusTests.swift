import Foundation
import Fuzzing
import Testing

/// What the fuzzer has found worth keeping, read again by every decoder.
///
/// `make fuzz` looks for more; what crashed once stays in the corpus.
@Suite struct CorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Corpus")

    private static func files(of decoder: Decoder) throws -> [(name: String, bytes: [UInt8])] {
        let place = Self.folder.appending(path: decoder.name)
        return try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
            .map { ($0, Array(try Data(contentsOf: place.appending(path: $0)))) }
    }

    @Test(arguments: Decoder.all) func `a decoder accepts what it is for`(
        decoder: Decoder
    ) throws {
        let seeds = try decoder.seeds()
        #expect(!seeds.isEmpty)
        for (index, seed) in seeds.enumerated() {
            let reading = try decoder.read(seed)
            #expect(reading == .accepted, "seed \(index) of \(decoder.name)")
        }
    }

    @Test(arguments: Decoder.all) func `nothing in its corpus breaks a decoder`(
        decoder: Decoder
    ) throws {
        let files = try Self.files(of: decoder)
        #expect(!files.isEmpty, "\(decoder.name) has no corpus: run make fuzz")
        for file in files {
            #expect(throws: Never.self, "\(decoder.name)/\(file.name)") {
                try decoder.read(file.bytes)
            }
        }
    }

    @Test(arguments: Decoder.all) func `no mutant of what a decoder accepts breaks it`(
        decoder: Decoder
    ) throws {
        for (index, seed) in try decoder.seeds().enumerated() where !seed.isEmpty {
            var mutants = Mutants(of: seed, seed: UInt64(index))
            for _ in 0..<Mutants.rounds(300) { _ = try decoder.read(mutants.next()) }
        }
    }

    @Test func `every folder of the corpus has a decoder`() throws {
        let names = Set(Decoder.all.map(\.name))
        #expect(names.count == Decoder.all.count)
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(folders) == names)
    }
}
