import Host
import NIOCore
import Testing
import Wire

@testable import WorkerShell

@Suite struct BlobDraftTests {
    /// The digest of "abc" stands in the standard of SHA-256.
    static let abc = Blob(
        digest: Digest(
            text: "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
            ?? Digest(sha256: Array(repeating: 0, count: 32)),
        size: 3)

    @Test func `a blob that came in pieces is sealed when its digest is right`() throws {
        var draft = try BlobDraft(Self.abc)
        try draft.append(ByteBuffer(string: "a"))
        #expect(draft.byteCount == 1)
        #expect(!draft.isWhole)
        // Another link goes on where the first was cut: the draft is all that it needs.
        var later = draft
        try later.append(ByteBuffer(string: "bc"))

        let memory = try later.sealed()
        #expect(memory.blob == Self.abc)
        memory.withBytes { #expect(Array($0) == Array("abc".utf8)) }
    }

    @Test func `other bytes of the same length are refused`() throws {
        var draft = try BlobDraft(Self.abc)
        try draft.append(ByteBuffer(string: "abd"))
        #expect(throws: TransferEnd.self) { try draft.sealed() }
    }

    @Test func `more bytes than the blob has are refused before they are kept`() throws {
        var draft = try BlobDraft(Self.abc)
        try draft.append(ByteBuffer(string: "ab"))
        #expect(throws: TransferEnd.self) { try draft.append(ByteBuffer(string: "cd")) }
        #expect(draft.byteCount == 2)
    }
}
