import GRPCCore
import Synchronization
import Transport
import Wire

/// What `assay bench` measures on a head: nothing but idle trials and bytes.
struct Measurement: Sendable {
    let head: HeadClient
    /// Tells this run's jobs from those of another: a key that was used before is an old job.
    let run: UInt64

    // MARK: Throughput

    struct Throughput: Encodable, Sendable {
        let trials: UInt32
        let seconds: Double
        let trialsPerSecond: Double
        /// CPU of head, workers and runners together; absent when they are not ours to measure.
        var cpuMillisecondsPerTrial: Double?
    }

    /// One job of so many trials without work, from its submission to its end.
    func throughput(trials: UInt32) async throws -> Throughput {
        let start = ContinuousClock.now
        let job = try await self.submit(trials: trials, key: "throughput")
        let ended = try await JobFollower(head: self.head, terminal: Terminal())
            .follow(job, knownFrom: .head)
        let seconds = (ContinuousClock.now - start).seconds
        try Following.requireSuccess(ended)
        guard ended.trials.scored == trials else {
            throw CommandError(
                .failed, "only \(ended.trials.scored) of \(trials) trials ended well")
        }
        return Throughput(
            trials: trials, seconds: seconds, trialsPerSecond: Double(trials) / seconds)
    }

    private func submit(trials: UInt32, data: Blob? = nil, key: String) async throws -> String {
        let request = self.request(trials: trials, data: data, key: key)
        return try await self.head.jobs.submit(request).id
    }

    private func request(
        trials: UInt32, data: Blob? = nil, key: String
    ) -> Assay_V1_SubmitRequest {
        var request = Assay_V1_SubmitRequest()
        request.spec =
            JobSpec(
                name: "bench", priority: 50, seed: 0, budget: Budget(trials: nil, time: nil),
                kind: .idle(trials: trials, duration: .zero, data: data)
            ).message
        request.key = "bench-\(self.run)-\(key)"
        return request
    }

    // MARK: Round trips

    struct RoundTrips: Encodable, Equatable, Sendable {
        let count: Int
        let p50Milliseconds: Double
        let p90Milliseconds: Double
        let p99Milliseconds: Double

        /// - Requires: at least one time.
        init(_ times: [Duration]) {
            precondition(!times.isEmpty, "nothing was measured")
            let sorted = times.sorted()
            // The nearest rank: a time that did occur.
            func percentile(_ share: Double) -> Double {
                let rank = Int((share * Double(sorted.count)).rounded(.up))
                return sorted[max(rank, 1) - 1].seconds * 1000
            }
            self.count = times.count
            self.p50Milliseconds = percentile(0.5)
            self.p90Milliseconds = percentile(0.9)
            self.p99Milliseconds = percentile(0.99)
        }
    }

    /// Jobs of one trial, each submitted when the last one has ended, on one open stream.
    func roundTrips(count: Int) async throws -> RoundTrips {
        let (turns, turn) = AsyncStream.makeStream(of: Int.self)
        let clock = Stopwatch()
        turn.yield(0)
        let times: [Duration] = try await self.head.jobs.run { writer in
            for await number in turns {
                clock.start()
                try await writer.write(self.request(trials: 1, key: "trip-\(number)"))
            }
        } onResponse: { response in
            defer { turn.finish() }
            var times: [Duration] = []
            for try await event in response.messages {
                guard event.refusal.isEmpty else {
                    throw CommandError(.refused, "the head refuses: \(event.refusal)")
                }
                guard event.hasJob, event.job.state != "running" else { continue }
                times.append(clock.read())
                if times.count == count { break }
                turn.yield(times.count)
            }
            return times
        }
        guard times.count == count else {
            throw CommandError(.failed, "the head ended the stream after \(times.count) jobs")
        }
        return RoundTrips(times)
    }

    // MARK: Bulk

    struct Bulk: Encodable, Sendable {
        let bytes: UInt64
        let seconds: Double
        let megabytesPerSecond: Double
    }

    /// So many bytes that nobody holds yet: from here to the head, and from the head into the
    /// sealed memory of a worker, whose trial waits for them.
    func bulk(bytes count: Int) async throws -> (upload: Bulk, delivery: Bulk) {
        var bytes = [UInt8](repeating: 0, count: count)
        // Different in each run: what the head holds already would not travel.
        withUnsafeBytes(of: self.run) { bytes.replaceSubrange(0..<8, with: $0) }
        let upload = BlobUpload(bytes)
        let uploaded = try await self.time(bytes: count) {
            try await BlobUpload.send([upload], to: self.head)
        }
        let delivered = try await self.time(bytes: count) {
            let job = try await self.submit(trials: 1, data: upload.blob, key: "delivery")
            try Following.requireSuccess(
                try await JobFollower(head: self.head, terminal: Terminal())
                    .follow(job, knownFrom: .head))
        }
        return (uploaded, delivered)
    }

    private func time(bytes count: Int, _ body: () async throws -> Void) async throws -> Bulk {
        let start = ContinuousClock.now
        try await body()
        let seconds = (ContinuousClock.now - start).seconds
        return Bulk(
            bytes: UInt64(count), seconds: seconds,
            megabytesPerSecond: Double(count) / 1e6 / seconds)
    }
}

/// When the request that is under way left.
private final class Stopwatch: Sendable {
    private let left = Mutex(ContinuousClock.now)

    func start() { self.left.withLock { $0 = .now } }

    func read() -> Duration { self.left.withLock { ContinuousClock.now - $0 } }
}
