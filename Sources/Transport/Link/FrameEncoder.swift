import NIOCore
import Wire

/// Writes messages as frames.
enum FrameEncoder {
    /// Appends the frames of a message, several for a list that does not fit one.
    static func encode(_ message: LinkMessage, into buffer: inout ByteBuffer) {
        if message.itemCount <= Limits.messageItemsMax {
            let body: [UInt8] = message.encoded()
            if body.count <= FrameLayout.messageBytesMax {
                FrameLayout.header(.message, bodyBytes: body.count, into: &buffer)
                buffer.writeBytes(body)
                return
            }
        }
        guard let (first, second) = message.halves else {
            preconditionFailure("a message without a list is longer than a frame")
        }
        Self.encode(first, into: &buffer)
        Self.encode(second, into: &buffer)
    }
}

extension LinkMessage {
    fileprivate var itemCount: Int {
        switch self {
        case .reports(let reports): reports.count
        case .assignments(let groups): groups.map(\.assignments.count).max() ?? 0
        case .acknowledged(let leases), .cancelled(let leases): leases.count
        case .verdicts(let verdicts): verdicts.count
        default: 0
        }
    }

    /// The same said in two messages; nil for what is no list or has one item.
    fileprivate var halves: (LinkMessage, LinkMessage)? {
        switch self {
        case .reports(let reports):
            return Self.halves(of: reports) { .reports($0) }
        case .acknowledged(let leases):
            return Self.halves(of: leases) { .acknowledged($0) }
        case .cancelled(let leases):
            return Self.halves(of: leases) { .cancelled($0) }
        case .verdicts(let verdicts):
            return Self.halves(of: verdicts) { .verdicts($0) }
        case .assignments(let groups) where groups.count == 1:
            return Self.halves(of: groups[0].assignments) {
                .assignments([AssignmentGroup(trialClass: groups[0].trialClass, assignments: $0)])
            }
        case .assignments(let groups):
            return Self.halves(of: groups) { .assignments($0) }
        default: return nil
        }
    }

    private static func halves<Item>(
        of items: [Item], _ make: ([Item]) -> LinkMessage
    ) -> (LinkMessage, LinkMessage)? {
        guard items.count > 1 else { return nil }
        let middle = items.count / 2
        return (make(Array(items[..<middle])), make(Array(items[middle...])))
    }
}
