import Host
import Wire

/// Runs the loop's errands to the head, one at a time for each direction, so that a model does not
/// wait behind a data set.
struct Courier: Sendable {
    let head: Head
    let loop: WorkerLoop
    let reconnect: WorkerSettings.Reconnect

    /// Attempts that a standing session is given to bring one blob. A link that breaks for good
    /// takes the session with it, and the next session asks anew.
    private static let attemptsMax = 4

    func fetch(_ errands: AsyncStream<Digest>) async {
        // What was cut short. One is enough: the next wish is nearly always for the same blob.
        var part: BlobDraft?
        for await digest in errands { await self.fetch(digest, &part) }
    }

    private func fetch(_ digest: Digest, _ part: inout BlobDraft?) async {
        var waits = Waits(self.reconnect)
        while let wish = await self.loop.fetchWish(for: digest) {
            let draft: BlobDraft
            if let begun = part, begun.blob == wish.blob {
                draft = begun
            } else {
                do {
                    draft = try BlobDraft(wish.blob)
                } catch {
                    await self.loop.fetchFailed(digest, error.description)
                    return
                }
            }
            part = nil
            let link = BulkLink(head: self.head, session: wish.session)
            let clock = ContinuousClock()
            let start = clock.now
            switch await link.fetch(draft, for: wish.lease) {
            case .whole(let memory):
                await self.loop.arrived(digest, memory, after: start.duration(to: clock.now))
                return
            case .nothing(let reason):
                await self.loop.fetchFailed(digest, reason)
                return
            case .part(let draft, let reason):
                guard await waits.again(upTo: Self.attemptsMax) else {
                    await self.loop.fetchFailed(digest, reason)
                    return
                }
                part = draft
            }
        }
        // There is no session to bring it over. The machine must hear of it, or it would wait for
        // these bytes for ever; it asks again once there is a link.
        await self.loop.fetchFailed(digest, "the link to the head was lost")
    }

    func put(_ errands: AsyncStream<Lease>) async {
        for await lease in errands { await self.put(lease) }
    }

    private func put(_ lease: Lease) async {
        var waits = Waits(self.reconnect)
        while let wish = await self.loop.putWish(for: lease) {
            do throws(TransferEnd) {
                let link = BulkLink(head: self.head, session: wish.session)
                try await link.put(wish.outputs, for: lease)
                await self.loop.stored(lease)
                return
            } catch {
                if case .interrupted = error, await waits.again(upTo: Self.attemptsMax) { continue }
                await self.loop.putFailed(lease, error.description)
                return
            }
        }
    }
}

/// Counts attempts and waits between them.
private struct Waits {
    private var backoff: Backoff
    private var attempts = 1
    private var generator = SystemRandomNumberGenerator()

    init(_ settings: WorkerSettings.Reconnect) { self.backoff = Backoff(settings) }

    /// - Returns: whether one more attempt is worth while, after having waited for it.
    mutating func again(upTo attemptsMax: Int) async -> Bool {
        guard self.attempts < attemptsMax else { return false }
        self.attempts += 1
        do {
            try await Task.sleep(for: self.backoff.wait(using: &self.generator))
            return true
        } catch {
            return false  // The worker ends.
        }
    }
}
