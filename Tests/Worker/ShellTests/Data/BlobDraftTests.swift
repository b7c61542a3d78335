import Host
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
        var memory = draft.memory
        try memory.append(Array("a".utf8))
        draft.grow(to: memory)
        try draft.check()
        #expect(draft.byteCount == 1)
        #expect(!draft.isWhole)
        // Another link goes on where the first was cut: the draft is all that it needs.
        var later = draft
        try memory.append(Array("bc".utf8))
        later.grow(to: memory)
        #expect(!later.isWhole)
        try later.check()
        #expect(later.isWhole)

        let sealed = try later.sealed()
        #expect(sealed.blob == Self.abc)
        sealed.withBytes { #expect(Array($0) == Array("abc".utf8)) }
    }

    @Test func `other bytes of the same length are refused`() throws {
        var draft = try BlobDraft(Self.abc)
        var memory = draft.memory
        try memory.append(Array("abd".utf8))
        draft.grow(to: memory)
        try draft.check()
        #expect(throws: TransferEnd.self) { try draft.sealed() }
    }
}
