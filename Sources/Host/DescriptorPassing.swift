import CHost

/// Descriptors as part of a message between a process and its child, over a Unix stream socket.
///
/// Both calls block (unless the socket does not), so they belong on a `DedicatedThread`.
package enum DescriptorPassing {
    /// The most descriptors that one message carries.
    package static let descriptorsMax = Int(ASSAY_DESCRIPTORS_MAX)

    /// Sends all bytes; the descriptors travel with the first of them.
    ///
    /// - Requires: at least one byte, since descriptors cannot travel alone, and at most
    ///   `descriptorsMax` descriptors.
    package static func send(
        _ bytes: [UInt8], with descriptors: [Descriptor] = [], over socket: Descriptor
    ) throws(HostError) {
        precondition(!bytes.isEmpty, "descriptors need a byte to travel with")
        precondition(
            descriptors.count <= Self.descriptorsMax, "\(descriptors.count) descriptors at once")
        defer { withExtendedLifetime((descriptors, socket)) {} }

        let sent = try bytes.span.bytes.withUnsafeBytes { bytes throws(HostError) in
            let numbers = descriptors.map(\.number)
            return try kernel("send to the other process") {
                assay_send_descriptors(
                    socket.number, bytes.baseAddress!, bytes.count, numbers, numbers.count)
            }
        }
        if sent < bytes.count {
            try Self.send(Array(bytes[sent...]), over: socket)
        }
    }

    /// What one read brought.
    package struct Received: Sendable {
        package let bytes: [UInt8]
        package let descriptors: [Descriptor]
    }

    /// Receives what has arrived, at most `bytesMax` bytes; nil at the end of the stream.
    ///
    /// Bytes of two messages are never joined over a message's descriptors: what comes with
    /// descriptors begins with the byte that they were sent with.
    package static func receive(
        upTo bytesMax: Int, from socket: Descriptor
    ) throws(HostError) -> Received? {
        var bytes = [UInt8](repeating: 0, count: bytesMax)
        var numbers = [CInt](repeating: -1, count: Self.descriptorsMax)
        var descriptorCount = 0
        let count = try socket.withNumber { number throws(HostError) in
            try kernel("receive from the other process") {
                assay_receive_descriptors(
                    number, &bytes, bytesMax, &numbers, numbers.count, &descriptorCount)
            }
        }
        guard count > 0 else { return nil }
        bytes.removeLast(bytesMax - count)
        return Received(
            bytes: bytes,
            descriptors: numbers.prefix(descriptorCount).map(Descriptor.init(adopting:)))
    }
}
