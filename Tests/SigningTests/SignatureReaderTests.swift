import Foundation
import Fuzzing
import Testing
import Wire

@testable import Signing

/// The signature is the first thing of a model that is read, and nobody has vouched for it.
@Suite struct SignatureReaderTests {
    @Test func `a statement is read as it was written`() throws {
        let statement = try Forge.statement()
        #expect(try ModelStatement(decoding: statement.encoded()) == statement)
    }

    @Test func `a tainted model's statement says what it was made from`() throws {
        func statement(_ sources: [Wire.Digest]) throws -> ModelStatement {
            let plain = try Forge.statement()
            return try ModelStatement(
                model: plain.model, name: plain.name, owner: plain.owner, worker: plain.worker,
                witnesses: plain.witnesses, signedAt: plain.signedAt, files: plain.files,
                taintedBy: sources)
        }
        let sources = [Forge.digest("table"), Forge.digest("schema")]
        let tainted = try statement(sources)
        #expect(try ModelStatement(decoding: tainted.encoded()) == tainted)
        #expect(try tainted.signed(at: Date()).taintedBy == sources)
        #expect(try Forge.statement().taintedBy.isEmpty)
        let text = String(decoding: tainted.encoded(), as: UTF8.self)
        #expect(text.contains(#""tainted_by":["\#(sources[0].hex)""#))
        for bad in [#""tainted_by":"none""#, #""tainted_by":["none""#] {
            let changed = text.replacing(#""tainted_by":["\#(sources[0].hex)""#, with: bad)
            #expect(throws: SigningError(.malformed, "")) {
                try ModelStatement(decoding: Array(changed.utf8))
            }
        }
        #expect(throws: SigningError(.malformed, "")) {
            try statement(Array(repeating: sources[0], count: Limits.commandFilesMax + 1))
        }
    }

    @Test func `the statement is the one that the format's own tool writes`() throws {
        let text = String(decoding: try Forge.statement().encoded(), as: UTF8.self)
        // The digests' own digest, by sha256sum over the 64 bytes of both.
        let digests = Forge.files.sorted { $0.key < $1.key }.map(\.value.hex).joined()
        let bytes = stride(from: 0, to: digests.count, by: 2).map { index -> UInt8 in
            let start = digests.index(digests.startIndex, offsetBy: index)
            return UInt8(digests[start...].prefix(2), radix: 16)!
        }
        let root = Forge.digest(of: bytes).hex
        #expect(text.contains(#""subject":[{"name":"j17","digest":{"sha256":"\#(root)"}}]"#))
        #expect(text.contains(#""predicateType":"https://model_signing/signature/v1.0""#))
        #expect(text.contains(#""signed_at":"2026-11-23T12:00:00Z""#))
    }

    @Test(arguments: [
        ("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0"),
        ("signature/v1.0", "signature/v2.0"), ("\"files\"", "\"shards\""),
        ("\"sha256\",\"allow", "\"blake3\",\"allow"), ("manifest.json", "../manifest.json"),
        ("manifest.json", "weights.safetensors"), ("manifest.json", ".git"),
        ("manifest.json", "model.sig"), ("\"signed_at\":\"2026", "\"signed_at\":\"yesterday"),
        ("\"assay\"", "\"other\""), ("\"name\":\"wine\"", "\"name\":7"), ("{", "["),
    ]) func `a statement of another kind is malformed`(old: String, new: String) throws {
        let text = String(decoding: try Forge.statement().encoded(), as: UTF8.self)
        let changed = text.replacing(old, with: new)
        #expect(changed != text)
        #expect(throws: SigningError(.malformed, "")) {
            try ModelStatement(decoding: Array(changed.utf8))
        }
    }

    @Test func `a digest that is not the files' is malformed`() throws {
        let text = String(decoding: try Forge.statement().encoded(), as: UTF8.self)
        let other = text.replacing(
            Forge.digest("manifest").hex, with: Forge.digest("other").hex)
        #expect(throws: SigningError(.malformed, "")) {
            try ModelStatement(decoding: Array(other.utf8))
        }
    }

    @Test func `files are few, and plainly named`() throws {
        func statement(_ names: [String]) throws -> ModelStatement {
            try ModelStatement(
                model: "j1", name: "n", owner: "user/o", worker: "w", witnesses: .none,
                signedAt: Forge.noon,
                files: names.map { .init(name: $0, digest: Forge.digest($0)) })
        }
        #expect(try statement(["b", "a"]).files.map(\.name) == ["a", "b"])
        for names in [
            [], ["a", "a"], ["a/b"], [".."], [""], ["a\n"], ["é"],
            [String(repeating: "a", count: 65)], (0...Limits.signedFilesMax).map { "f\($0)" },
        ] {
            #expect(throws: SigningError(.malformed, "")) { try statement(names) }
        }
    }

    @Test(arguments: [
        ("bundle.v0.3+json", "bundle.v0.2+json"), ("vnd.in-toto+json", "json"),
        ("\"keyid\":\"\"}", "\"keyid\":\"\"},{\"sig\":\"AAAA\",\"keyid\":\"\"}"),
        ("\"sig\":\"", "\"sig\":\"*"), ("\"rawBytes\":\"", "\"rawBytes\":\"%"),
        ("\"certificates\":[", "\"certificates\":[{},"), ("dsseEnvelope", "messageSignature"),
    ]) func `a bundle of another kind is malformed`(old: String, new: String) async throws {
        let root = try Forge.root()
        let text = String(
            decoding: try Forge.sign(as: try Forge.issue(by: root)), as: UTF8.self)
        let changed = text.replacing(old, with: new)
        #expect(changed != text)
        let trust = try ModelTrust(pem: try root.pem)
        await #expect(throws: SigningError(.malformed, "")) {
            try await trust.verify(Array(changed.utf8), of: Forge.files, now: Forge.noon)
        }
    }

    @Test func `a bundle that is too long, or has too long a chain, is malformed`() async throws {
        let root = try Forge.root()
        let head = try Forge.issue(by: root)
        let trust = try ModelTrust(pem: try root.pem)
        let long =
            try Forge.sign(as: head)
            + Array(repeating: UInt8(ascii: " "), count: Limits.signatureBytesMax)
        let chained = try Forge.sign(
            as: head, chain: Array(repeating: root, count: Limits.signatureChainMax))
        for signature in [long, chained, [], Array("{}".utf8)] {
            await #expect(throws: SigningError(.malformed, "")) {
                try await trust.verify(signature, of: Forge.files, now: Forge.noon)
            }
        }
    }

    // MARK: Mutants

    /// Whatever is changed, the answer is an error of ours, or the very same provenance: some bits
    /// of base64 and of JSON mean nothing.
    @Test func `no mutant of a signature proves anything else, or crashes the reader`()
        async throws
    {
        let root = try Forge.root()
        let trust = try ModelTrust(pem: try root.pem)
        let signature = try Forge.sign(as: try Forge.issue(by: root), chain: [root])
        let proved = try await trust.verify(signature, of: Forge.files, now: Forge.noon)
        var mutants = Mutants(of: signature, seed: 23)
        var refused = 0
        for _ in 0..<Mutants.rounds(2000) {
            do throws(SigningError) {
                let other = try await trust.verify(
                    mutants.next(), of: Forge.files, now: Forge.noon)
                #expect(other == proved)
            } catch {
                refused += 1
            }
        }
        #expect(refused > Mutants.rounds(2000) / 2)
    }

    /// As if a head had signed them: the reader of statements has no one before it.
    @Test func `no mutant of a statement crashes its reader`() throws {
        var mutants = Mutants(of: try Forge.statement().encoded(), seed: 29)
        for _ in 0..<Mutants.rounds(5000) {
            let mutant = mutants.next()
            do {
                _ = try ModelStatement(decoding: mutant)
            } catch {
                #expect(error.code == .malformed)
            }
        }
    }
}
