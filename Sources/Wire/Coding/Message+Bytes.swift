import SwiftProtobuf

extension SwiftProtobuf.Message {
    /// Reads the one message that the bytes hold.
    ///
    /// - Throws: `WireError` naming `what`, without a byte of what was sent.
    static func read(
        _ bytes: some SwiftProtobufContiguousBytes, as what: String
    ) throws(WireError) -> Self {
        do {
            return try Self(serializedBytes: bytes)
        } catch {
            throw WireError(what, "holds no message")
        }
    }

    func written<Bytes: SwiftProtobufContiguousBytes>() -> Bytes {
        do {
            return try self.serializedBytes()
        } catch {
            preconditionFailure("a message without required fields was not encoded: \(error)")
        }
    }
}
