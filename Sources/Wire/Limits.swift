/// The bounds on what is said and held, each with its unit and its reason.
///
/// What exceeds a bound is refused with a sentence that names it.
package enum Limits {
    // MARK: Links

    /// The longest frame of a link, in bytes. A burst of 256 assignments is under 64 KiB; a chunk
    /// of bulk data is `chunkBytesMax`; the rest is slack for the frame's own header.
    package static let frameBytesMax = 1024 * 1024
    /// The bytes of a blob that travel in one frame: large enough that a frame's cost vanishes,
    /// small enough that several fit a socket's buffer.
    package static let chunkBytesMax = 256 * 1024
    /// Leases, reports or blobs named in one message.
    package static let messageItemsMax = 4096
    /// A connection that has said nothing useful for this long after it was accepted is cut.
    package static let firstWordsTimeout: Duration = .seconds(10)
    /// Either end says something at least this often on a control link.
    package static let heartbeatInterval: Duration = .seconds(2)
    /// A control link that is silent for this long is lost.
    package static let linkSilenceMax: Duration = .seconds(10)
    /// Bytes waiting to be written to one link before its producer is told to wait.
    package static let outboxBytesMax = 8 * 1024 * 1024

    // MARK: Names and texts

    /// A SPIFFE ID, in bytes: three labels of 63 and the scheme, rounded up.
    package static let identityBytesMax = 256
    /// A job's or column's name, in bytes.
    package static let nameBytesMax = 256
    /// A reason that travels or is stored, in bytes; longer ones are cut.
    package static let reasonBytesMax = 1024

    /// As much of a text as a reason may be long.
    ///
    /// - Complexity: O(`reasonBytesMax`), however long the text is. Cutting character by character
    ///   from the end would be quadratic for text that a peer may choose.
    package static func reason(
        _ text: String, replacing: (Unicode.Scalar) -> Unicode.Scalar = { $0 }
    ) -> String {
        var reason = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars.lazy.map(replacing) {
            bytes += UTF8.width(scalar)
            guard bytes <= Self.reasonBytesMax else { break }
            reason.append(scalar)
        }
        return String(reason)
    }

    /// Hyperparameters of one trial, columns' names of one job aside.
    package static let parametersMax = 64
    /// Scores of one trial.
    package static let scoresMax = 32

    // MARK: Jobs

    /// Trials of one job.
    package static let trialsPerJobMax: UInt32 = 1_000_000
    /// Jobs that are live at once.
    package static let liveJobsMax = 10_000
    /// Blobs that one trial reads or makes.
    package static let blobsPerTrialMax = 16
    /// One blob, in bytes: 64 GiB.
    package static let blobBytesMax: UInt64 = 64 << 30
    /// A unary gRPC request, in bytes.
    package static let requestBytesMax = 4 * 1024 * 1024

    // MARK: Joining

    /// A certificate signing request, in bytes: one of a P-256 key with a name has 300.
    package static let signingRequestBytesMax = 4096
    /// An invitation as text, in bytes: ours have 2,000; authorities with large keys take more.
    package static let invitationBytesMax = 64 * 1024
    /// How long an invitation may be good: a second is for tests, and whoever needs more than a
    /// day can wait until the node is there.
    package static let invitationLifetime: ClosedRange<Duration> = .seconds(1) ... .seconds(86_400)
    /// How long the certificate of a worker that renews it by itself may last: short enough that
    /// a stolen one ends soon, long enough to be renewed in time.
    package static let renewableLifetime: ClosedRange<Duration> =
        .seconds(5) ... .seconds(30 * 86_400)

    // MARK: Workers

    /// Slots that one worker may offer.
    package static let slotsMax = 1024
    /// Workers connected at once.
    package static let workersMax = 20_000
}
