import Testing
import Wire
import WorkerCore

@Suite struct DataTests {
    var shop = Workshop(slots: 2)

    private mutating func bring(_ names: Character...) {
        for name in names { self.shop.hear(.blobArrived(Blob.named(name).digest)) }
    }

    @Test mutating func `data is fetched once, however many trials wait for it`() {
        self.shop.open()
        self.shop.assign([0, 1, 2], .table("a"))
        #expect(
            self.shop.said == [
                .fetch(.named("a"), for: .lease(0)), .fetch(.named("s"), for: .lease(0)),
            ])
        self.shop.assign([3], .table("a"))
        #expect(self.shop.said.isEmpty)
    }

    @Test mutating func `trials begin when all of their data is here`() {
        self.shop.open()
        self.shop.assign([0], .table("a"))
        self.bring("a")
        #expect(self.shop.begun.isEmpty)
        self.bring("s")
        let slot = SlotNumber(1)
        #expect(
            self.shop.said.suffix(3) == [
                .attach(.named("a"), slot), .attach(.named("s"), slot),
                .run(slot, .lease(0), .table("a"), .idle),
            ])
    }

    @Test mutating func `a runner is handed a blob once, a new runner again`() {
        self.shop = Workshop(slots: 1)
        self.shop.open()
        self.shop.assign([0, 1, 2], .table("a"))
        self.bring("a", "s")
        self.shop.finish(0, .lease(0))
        #expect(self.shop.said.count == 2)  // The reports and the run.
        self.shop.die(0)
        self.shop.pass(.milliseconds(100))
        self.shop.hear(.runnerReady(SlotNumber(0)))
        #expect(self.shop.said.contains(.attach(.named("a"), SlotNumber(0))))
    }

    @Test mutating func `a trial that has its data overtakes one that waits for it`() {
        self.shop.open()
        self.shop.assign([0], .table("a"))
        self.shop.assign([1], job: 2)
        #expect(self.shop.begun == [.lease(1, job: 2)])
    }

    @Test mutating func `the blob used longest ago makes room`() {
        self.shop = Workshop(slots: 1, cacheBytesMax: 3000)
        self.shop.open()
        for (job, name) in [(UInt64(1), Character("a")), (2, "b")] {
            self.shop.assign([0], .table(name), job: job)
            self.bring(name, "s")
            self.shop.finish(0, .lease(0, job: job))
        }
        self.shop.assign([0], .table("c"), job: 3)
        #expect(self.shop.said.first == .evict(Blob.named("a").digest))
        #expect(self.shop.fetched == [.named("c")])
        #expect(self.shop.machine.blobs == [Blob.named("b").digest, Blob.named("s").digest])
    }

    @Test mutating func `data of a running trial stays; the next waits`() {
        self.shop = Workshop(slots: 2, cacheBytesMax: 2000)
        self.shop.open()
        self.shop.assign([0], .table("a"))
        self.bring("a", "s")
        self.shop.assign([1], .table("b"), job: 2)
        #expect(self.shop.said.isEmpty)
        self.shop.finish(1, .lease(0))
        #expect(self.shop.said.contains(.evict(Blob.named("a").digest)))
        #expect(self.shop.fetched == [.named("b")])
    }

    /// Else neither lane would ever run: each would send the other's data away when it came.
    @Test mutating func `data that has come is read before other data takes its room`() {
        self.shop = Workshop(slots: 1, cacheBytesMax: 2000)
        self.shop.open()
        self.shop.assign([0], .table("a"))
        self.shop.assign([0], .table("b"), job: 2)
        self.bring("s", "a")
        #expect(self.shop.machine.runningCount == 1)
        self.shop.finish(0, .lease(0))
        #expect(self.shop.said.contains(.evict(Blob.named("a").digest)))
        #expect(self.shop.fetched == [.named("b")])
        self.shop.assign([1], .table("a"))
        self.bring("b")
        #expect(self.shop.machine.runningCount == 1)
    }

    @Test mutating func `data larger than the cache is a loss with a sentence`() {
        self.shop = Workshop(slots: 1, cacheBytesMax: 1500)
        self.shop.open()
        self.shop.assign([0, 1], .table("a"))
        let loss = Loss(.dataUnavailable, "its data is larger than the cache of 1500 bytes")
        #expect(self.shop.reports == [0, 1].map { Report(.lease($0), .lost(loss)) })
        #expect(self.shop.fetched.isEmpty)
    }

    @Test mutating func `a fetch that fails is tried four times`() {
        self.shop.open()
        self.shop.assign([0, 1], .table("a"))
        self.bring("s")
        for milliseconds in [200, 400, 800] {
            self.shop.hear(.blobFailed(Blob.named("a").digest, reason: "the digest differs"))
            #expect(self.shop.machine.nextDeadline == self.shop.now + .milliseconds(milliseconds))
            self.shop.pass(.milliseconds(milliseconds))
            #expect(self.shop.fetched == [.named("a")])
        }
        self.shop.hear(.blobFailed(Blob.named("a").digest, reason: "the digest differs"))
        let loss = Loss(.dataUnavailable, "the digest differs")
        #expect(self.shop.reports == [0, 1].map { Report(.lease($0), .lost(loss)) })
        #expect(self.shop.machine.nextDeadline == nil)
    }

    @Test mutating func `a fetch that fails without a link is tried on the next`() {
        self.shop.open()
        self.shop.assign([0], .table("a"))
        self.shop.hear(.disconnected)
        self.shop.hear(.blobFailed(Blob.named("a").digest, reason: "no link"))
        #expect(self.shop.machine.nextDeadline == nil)
        self.shop.welcome(keep: [.lease(0)])
        #expect(self.shop.fetched == [.named("a")])
    }

    @Test mutating func `a fetch that failed and that nobody needs any more is forgotten`() {
        self.shop.open()
        self.shop.assign([0], .table("a"))
        self.shop.hear(.blobFailed(Blob.named("a").digest, reason: "refused"))
        self.shop.hear(.cancelled([.lease(0)]))
        self.shop.pass(.seconds(1))
        #expect(self.shop.said.isEmpty)
        #expect(self.shop.machine.nextDeadline == nil)
    }
}
