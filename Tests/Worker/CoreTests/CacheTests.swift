import Testing
import Wire
import WorkerCore

/// How long data stays, and where: as the job says, and no longer than the worker does for others.
@Suite struct CacheTests {
    var shop = Workshop(slots: 1)

    private static let a = Blob.named("a").digest
    private static let b = Blob.named("b").digest
    private static let s = Blob.named("s").digest

    /// A worker with room for two tables and a schema at once on disk, and one table in memory.
    private static func small(_ mode: CacheMode, spillBytesMax: UInt64 = 10_000) -> Workshop {
        var shop = Workshop(
            slots: 1, cacheBytesMax: 2000, cache: mode, spillBytesMax: spillBytesMax)
        shop.open()
        return shop
    }

    /// One trial on a table, from its assignment to its end.
    private mutating func run(
        _ name: Character, job: UInt64, cache: CacheMode? = nil
    ) {
        self.shop.assign([0], .table(name, cache: cache), job: job)
        for blob in self.shop.fetched { self.shop.hear(.blobArrived(blob.digest)) }
        self.shop.finish(0, .lease(0, job: job))
    }

    @Test mutating func `data of a job that wants none kept goes when its last trial ends`() {
        self.shop.open()
        self.shop.assign([0, 1], .table("a", cache: .off))
        self.shop.hear(.blobArrived(Self.a), .blobArrived(Self.s))
        self.shop.finish(0, .lease(0))
        #expect(!self.shop.said.contains(.evict(Self.a)))
        self.shop.finish(0, .lease(1))
        #expect(self.shop.said.contains(.evict(Self.a)) && self.shop.said.contains(.evict(Self.s)))
        #expect(self.shop.machine.blobs.isEmpty)
    }

    @Test mutating func `data that arrives when nobody wants it any more is not kept`() {
        self.shop.open()
        self.shop.assign([0], .table("a", cache: .off))
        self.shop.hear(.cancelled([.lease(0)]))
        self.shop.hear(.blobArrived(Self.a))
        #expect(self.shop.said == [.evict(Self.a)])
    }

    @Test mutating func `a worker that keeps nothing keeps nothing longer for anybody`() {
        self.shop = Workshop(slots: 1, cache: .off)
        self.shop.open()
        self.run("a", job: 1, cache: .disk)
        #expect(self.shop.said.contains(.evict(Self.a)))
    }

    @Test mutating func `the strictest of those that read it decides`() {
        self.shop.open()
        self.run("a", job: 1)
        #expect(self.shop.machine.blobs == [Self.a, Self.s])
        self.run("a", job: 2, cache: .off)
        #expect(self.shop.machine.blobs.isEmpty)
    }

    @Test mutating func `what memory has no room for goes to disk, and leaves when it is there`() {
        self.shop = Self.small(.disk)
        self.run("a", job: 1)
        self.shop.assign([0], .table("b"), job: 2)
        #expect(self.shop.said == [.spill(Self.a)])
        self.shop.hear(.blobSpilled(Self.a))
        #expect(
            self.shop.said == [.release(Self.a), .fetch(.named("b"), for: .lease(0, job: 2))])
        #expect(self.shop.machine.blobs == [Self.a, Self.s])
    }

    @Test
    mutating func `a trial has from disk what is there, and it leaves memory again for nothing`() {
        self.shop = Self.small(.disk)
        self.run("a", job: 1)
        self.shop.assign([0], .table("b"), job: 2)
        self.shop.hear(.blobSpilled(Self.a))
        self.shop.hear(.blobArrived(Self.b))
        self.shop.finish(0, .lease(0, job: 2))
        self.shop.assign([1], .table("a"), job: 1)
        #expect(self.shop.said == [.spill(Self.b)])
        self.shop.hear(.blobSpilled(Self.b))
        #expect(self.shop.said == [.release(Self.b), .load(Self.a)])
        self.shop.hear(.blobArrived(Self.a))
        #expect(self.shop.begun == [.lease(1)])
        self.shop.finish(0, .lease(1))
        self.shop.assign([1], .table("b"), job: 2)
        #expect(self.shop.said == [.release(Self.a), .load(Self.b)])
    }

    @Test mutating func `what cannot be written is dropped, as without a disk`() {
        self.shop = Self.small(.disk)
        self.run("a", job: 1)
        self.shop.assign([0], .table("b"), job: 2)
        self.shop.hear(.blobSpillFailed(Self.a))
        #expect(
            self.shop.said == [.evict(Self.a), .fetch(.named("b"), for: .lease(0, job: 2))])
    }

    @Test mutating func `what cannot be read back is fetched again`() {
        self.shop = Self.small(.disk)
        self.run("a", job: 1)
        self.shop.assign([0], .table("b"), job: 2)
        self.shop.hear(.blobSpilled(Self.a))
        self.shop.hear(.blobArrived(Self.b))
        self.shop.finish(0, .lease(0, job: 2))
        self.shop.assign([1], .table("a"), job: 1)
        self.shop.hear(.blobSpilled(Self.b))
        #expect(self.shop.said.contains(.load(Self.a)))
        self.shop.hear(.blobLoadFailed(Self.a))
        #expect(self.shop.fetched == [.named("a")])
    }

    @Test(arguments: [CacheMode.off, .memory])
    mutating func `a job that wants less has its data nowhere on disk`(mode: CacheMode) {
        self.shop = Self.small(.disk)
        self.run("a", job: 1, cache: mode)
        self.shop.assign([0], .table("b", cache: mode), job: 2)
        #expect(!self.shop.said.contains(.spill(Self.a)))
        #expect(self.shop.fetched.contains(.named("b")))
    }

    @Test mutating func `what another let lie on disk goes from there for a job that wants less`() {
        self.shop = Self.small(.disk)
        self.run("a", job: 1)
        self.shop.assign([0], .table("b"), job: 2)
        // While it is being written, a job begins that reads the same.
        self.shop.assign([0], .table("a", cache: .memory), job: 3)
        #expect(self.shop.said.contains(.erase(Self.a)))
        #expect(self.shop.begun == [.lease(0, job: 3)])
        self.shop.hear(.blobSpilled(Self.a))
        #expect(!self.shop.said.contains(.release(Self.a)))
    }

    @Test mutating func `what lies on disk alone is fetched anew for a job that wants less`() {
        self.shop = Self.small(.disk)
        self.run("a", job: 1)
        self.shop.assign([0], .table("b"), job: 2)
        self.shop.hear(.blobSpilled(Self.a))
        self.shop.hear(.blobArrived(Self.b))
        self.shop.finish(0, .lease(0, job: 2))
        self.shop.assign([0], .table("a", cache: .memory), job: 3)
        #expect(self.shop.said.contains(.evict(Self.a)))
        #expect(!self.shop.said.contains(.load(Self.a)))
    }

    @Test mutating func `the disk has its bound too, and the oldest leaves it`() {
        self.shop = Self.small(.disk, spillBytesMax: 1000)
        self.run("a", job: 1)
        self.shop.assign([0], .table("b"), job: 2)
        self.shop.hear(.blobSpilled(Self.a))
        self.shop.hear(.blobArrived(Self.b))
        self.shop.finish(0, .lease(0, job: 2))
        self.shop.assign([0], .table("c"), job: 3)
        #expect(self.shop.said == [.evict(Self.a), .spill(Self.b)])
    }

    @Test mutating func `a disk that is too small for a table is none for it`() {
        self.shop = Self.small(.disk, spillBytesMax: 999)
        self.run("a", job: 1)
        self.shop.assign([0], .table("b"), job: 2)
        #expect(self.shop.said.first == .evict(Self.a))
        #expect(self.shop.fetched == [.named("b")])
    }
}
