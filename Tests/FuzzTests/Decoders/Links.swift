import NIOCore
import SwiftProtobuf
import Wire

@testable import Transport

/// What comes over the network, and from a worker's own children.
extension Decoder {
    static let links: [Decoder] = [
        Decoder("link-frames", seeds: { [[7] + Self.frames(Samples.messages)] }) { bytes in
            // The first byte says where the stream is cut in two: frames must not depend on it.
            guard let cut = bytes.first, bytes.count > 1 else { throw NoCase() }
            let body = bytes[1...]
            let middle = 1 + Int(cut) % body.count
            let whole = Self.decode([body])
            let parts = Self.decode([body[..<middle], body[middle...]])
            try Self.demand(whole == parts, "a cut in the stream changes its frames")
            if let problem = whole.problem { throw WireError("frames", problem) }
        },
        Decoder("link-message", seeds: { Samples.messages.map { $0.encoded() } }) { bytes in
            let message = try LinkMessage(bytes: bytes)
            let again: [UInt8] = message.encoded()
            try Self.demand(
                try LinkMessage(bytes: again) == message, "a link message reads back otherwise")
        },
        Decoder("runner-order", seeds: { Samples.orders.map { $0.encoded() } }) { bytes in
            let order = try RunnerOrder(bytes: bytes)
            let again: [UInt8] = order.encoded()
            try Self.demand(
                try RunnerOrder(bytes: again) == order, "a runner's order reads back otherwise")
        },
        Decoder("runner-report", seeds: { Samples.reports.map { $0.encoded() } }) { bytes in
            let report = try RunnerReport(bytes: bytes)
            let again: [UInt8] = report.encoded()
            try Self.demand(
                try RunnerReport(bytes: again) == report, "a runner's report reads back otherwise")
        },
        Decoder("job-spec", seeds: { try Samples.jobs.map { try $0.message.serializedBytes() } }) {
            let message = try Assay_V1_JobSpec(serializedBytes: $0)
            // It stands beside the job and is not part of it.
            _ = DataReport.ofJob(message.learning)
            let spec = try JobSpec(message)
            try Self.demand(try JobSpec(spec.message) == spec, "a job reads back otherwise")
        },
        Decoder(
            "outcome", seeds: { try Samples.outcomes.map { try $0.message.serializedBytes() } }
        ) {
            let outcome = try Outcome(Assay_V1_Outcome(serializedBytes: $0))
            try Self.demand(
                try Outcome(outcome.message) == outcome, "an outcome reads back otherwise")
        },
    ]

    // MARK: Frames

    private static func frames(_ messages: [LinkMessage]) -> [UInt8] {
        var buffer = ByteBuffer()
        for message in messages { FrameEncoder.encode(message, into: &buffer) }
        FrameLayout.header(.chunk, bodyBytes: 4, into: &buffer)
        buffer.writeBytes([1, 2, 3, 4])
        return Array(buffer.readableBytesView)
    }

    private struct Decoded: Equatable {
        var frames: [LinkFrame] = []
        var problem: String?
    }

    private static func decode(_ pieces: [ArraySlice<UInt8>]) -> Decoded {
        var decoder = FrameDecoder()
        var decoded = Decoded()
        do throws(WireError) {
            for piece in pieces {
                try decoder.decode(ByteBuffer(bytes: piece), into: &decoded.frames)
            }
        } catch {
            decoded.problem = error.description
        }
        // A chunk is handed on in the pieces in which it came.
        decoded.frames = decoded.frames.reduce(into: []) { frames, frame in
            if case .chunk(var before) = frames.last, case .chunk(let more) = frame {
                before.writeImmutableBuffer(more)
                frames[frames.count - 1] = .chunk(before)
            } else {
                frames.append(frame)
            }
        }
        return decoded
    }
}
