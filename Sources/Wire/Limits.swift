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
    /// Connections that one identity may hold at once: a worker needs one for control and a few for
    /// blobs, a script with one certificate runs a few hundred commands side by side. More would
    /// let one certificate take the descriptors of all others.
    package static let identityConnectionsMax = 256
    /// Descriptors that a head keeps for its own files: journal, blobs on their way, audit log, its
    /// event loops. A head that gave all of them to strangers could write nothing down.
    package static let descriptorsReserved = 64
    /// Lines in the log about one worker's coming and going in `workerLinesWindow`: a worker that
    /// is restarted twice is told in full, one that loops is told by number.
    package static let workerLinesMax = 8
    package static let workerLinesWindow: Duration = .seconds(10)
    /// Bytes waiting to be written to one link before its producer is told to wait.
    package static let outboxBytesMax = 8 * 1024 * 1024

    // MARK: Certificates

    /// A serial number, in bytes. RFC 5280 allows 20; a foreign authority's may be longer.
    package static let serialBytesMax = 64
    /// Revocations that a head keeps: each is an act of a person, and 100,000 take some 20 MB.
    package static let revocationsMax = 100_000
    /// A revocation list in PEM, in bytes: some 60 for each certificate, and as many certificates
    /// as a head keeps revocations.
    package static let revocationListBytesMax = 8 * 1024 * 1024

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
    /// Recipes that may join a refit's own.
    package static let companionsMax = 15

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

    // MARK: Commands

    /// A command as a message, in bytes. A frame holds one, and 256 assignments of it.
    package static let commandBytesMax = 256 * 1024
    /// A program's arguments: what people write by hand, and a list of files besides.
    package static let argumentsMax = 256
    /// One argument, or one variable's value, in bytes.
    package static let argumentBytesMax = 4096
    package static let environmentMax = 64
    /// Files that a command is given. More than `blobsPerTrialMax`, since a program often comes as
    /// a folder of modules.
    package static let commandFilesMax = 128
    /// Parts of a file's relative name.
    package static let pathDepthMax = 8
    package static let choicesMax = 64
    /// The largest whole number of a parameter: greater ones are not all `Double`s.
    package static let wholeMax: Int64 = 1 << 53
    /// What one trial of a command may be given. Below the least no interpreter starts.
    package static let commandMemoryBytes: ClosedRange<UInt64> = (16 << 20)...(4 << 40)
    package static let commandTime: ClosedRange<Duration> =
        .milliseconds(100) ... .seconds(7 * 86_400)
    package static let commandScratchBytes: ClosedRange<UInt64> = (1 << 20)...(1 << 40)
    package static let commandProcesses: ClosedRange<UInt32> = 1...4096
    /// Users that a worker's policy names: a group of people, not a directory of a company.
    package static let policyUsersMax = 1024
    /// Intermediate scores of one trial. A program that counts batches rather than epochs reports
    /// every hundredth.
    package static let progressPerTrialMax = 1000
    /// Intermediate scores of one job that are kept and judged, in reports: some 100 MB.
    package static let progressPerJobMax = 1_000_000

    /// Blobs that a head knows to be tainted, or to have been: some 200 MB of memory.
    package static let taintedBlobsMax = 1_000_000
    /// A worker ends a command's program by itself when its wall time is over; so much later the
    /// trial is ended with its runner.
    package static let commandEndGrace: Duration = .seconds(10)

    // MARK: Tables, as the engine reads them

    /// Exogenous columns of series: the engine's bound too.
    package static let exogenousMax = 1000
    /// Columns along which predictions go one way: what people know of, written by hand.
    package static let monotoneMax = 256
    /// Steps of a horizon or of a season: more than any calendar plans for.
    package static let stepsMax = 20_000
    /// Values along a side of what pictures are brought to: each is several columns of a table.
    package static let imageSizeMax = 64
    /// Rows of a table, so that a row's number fits 32 bits.
    package static let rowsMax = UInt64(Int32.max) - 1
    package static let columnsMax: UInt32 = 100_000
    /// Classes of a target.
    package static let classesMax: UInt32 = 1024

    /// Findings of one report on a table: more than a person reads, and with their lines no more
    /// than 30 KiB of a live job's place in the head's memory.
    package static let dataFindingsMax = 64
    /// Lines that are named in one of them: enough to go and look.
    package static let dataLinesMax = 10

    // MARK: Predictions by the head

    /// Rows of one request, what a page or a queue asks for at once. A table is for `predict`.
    package static let predictedRowsMax = 1000
    /// Values of one request, which are some 40 bytes each while it is read.
    package static let predictedValuesMax = 1 << 20
    /// The files of a model that a head answers with, in bytes: parsed it takes some three times as
    /// much.
    package static let servedModelBytesMax: UInt64 = 64 << 20
    /// The files of all models that a head keeps at hand, in bytes.
    package static let servedBytesMax: UInt64 = 256 << 20
    /// Models that a head keeps at hand.
    package static let servedModelsMax = 64
    /// Requests that wait for the one thread that answers them: some seconds of its work.
    package static let predictionsWaitingMax = 64

    // MARK: Signatures

    /// A model's signature, in bytes: the longest chain of certificates, and its files' digests.
    package static let signatureBytesMax = 64 * 1024
    /// Certificates of one signature: a head's, and the authorities between it and the root.
    package static let signatureChainMax = 8
    /// Files of one signed model.
    package static let signedFilesMax = blobsPerTrialMax
    /// How far the clocks of two hosts may differ, as a certificate's backdating allows.
    package static let clockSkewMax: Duration = .seconds(300)

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
