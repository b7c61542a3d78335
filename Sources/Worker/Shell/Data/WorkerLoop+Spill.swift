import Host
import Logging
import Wire
import WorkerCore

/// A way between memory and disk; `number` tells it from others of the same blob.
enum SpillErrand: Sendable {
    case write(Digest, SealedMemory, number: UInt64)
    case read(SpilledBlob, number: UInt64)
}

// Data sets that memory has no room for: what the machine wants of them, and what became of it.
extension WorkerLoop {
    func spill(_ digest: Digest) {
        guard let memory = self.shelf.memory(of: digest) else {
            preconditionFailure("the machine spills \(digest), which is not in the cache")
        }
        self.errands.spill(.write(digest, memory, number: self.shelf.cross(digest)))
    }

    func load(_ digest: Digest) {
        guard let spilled = self.shelf.spilled(digest) else {
            preconditionFailure("the machine loads \(digest), which is not on disk")
        }
        self.errands.spill(.read(spilled, number: self.shelf.cross(digest)))
    }

    /// From memory; the copy on disk stays.
    func release(_ digest: Digest) {
        self.shelf.release(digest)
        for slot in self.runners.keys.sorted() { self.tell(slot) { $0.detach(digest) } }
    }

    /// Runs the errands, one after the other: a disk is no faster for two.
    func run(_ errands: AsyncStream<SpillErrand>, by spill: Spill) async {
        for await errand in errands {
            switch errand {
            case .write(let digest, let memory, let number):
                let result = await Self.onDisk { try spill.write(digest, memory) }
                self.eventLoop.execute { self.wrote(digest, number, result) }
            case .read(let spilled, let number):
                let result = await Self.onDisk { try spill.read(spilled) }
                self.eventLoop.execute { self.read(spilled.blob.digest, number, result) }
            }
        }
    }

    private static func onDisk<Answer: Sendable>(
        _ body: @escaping @Sendable () throws -> Answer
    ) async -> Result<Answer, any Error> {
        do {
            return .success(try await DedicatedThread.run(named: "spill", body))
        } catch {
            return .failure(error)
        }
    }

    private func wrote(
        _ digest: Digest, _ number: UInt64, _ result: Result<SpilledBlob, any Error>
    ) {
        guard self.shelf.crossed(digest, number) == .wanted else { return }
        switch result {
        case .success(let spilled):
            self.shelf.keep(spilled)
            self.happened(.blobSpilled(digest))
        case .failure(let error):
            self.log.warning(
                "a data set could not be spilled; it will be fetched again",
                metadata: ["blob": "\(digest)", "reason": "\(error)"])
            self.happened(.blobSpillFailed(digest))
        }
    }

    private func read(
        _ digest: Digest, _ number: UInt64, _ result: Result<SealedMemory, any Error>
    ) {
        guard self.shelf.crossed(digest, number) == .wanted else { return }
        switch result {
        case .success(let memory):
            self.shelf.keep(memory, of: digest)
            self.happened(.blobArrived(digest))
        case .failure(let error):
            self.log.warning(
                "a spilled data set is not to be had; it is fetched again",
                metadata: ["blob": "\(digest)", "reason": "\(error)"])
            self.shelf.erase(digest)
            self.happened(.blobLoadFailed(digest))
        }
    }
}
