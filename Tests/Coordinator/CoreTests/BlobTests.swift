import CoordinatorCore
import Testing
import Wire

@Suite struct BlobTests {
    var desk = Desk()

    private mutating func leased() -> (SessionNumber, Lease) {
        let session = self.desk.connect("w1")
        self.desk.submit(.table("a"), trials: 3)
        self.desk.propose()
        return (session, self.desk.leases(of: "w1")[0])
    }

    @Test mutating func `the holder reads the blobs of its class`() {
        let (session, lease) = self.leased()
        for name: Character in ["a", "s"] {
            let fetch = Fetch(lease: lease, digest: Blob.named(name).digest, offset: 0)
            #expect(self.desk.coordinator.judgeFetch(session, fetch) == .allowed(.named(name)))
        }
    }

    @Test mutating func `nobody reads another job's data`() {
        let (session, lease) = self.leased()
        let fetch = Fetch(lease: lease, digest: Blob.named("z").digest, offset: 0)
        let reason = "\(lease.trial) does not read this blob"
        #expect(self.desk.coordinator.judgeFetch(session, fetch) == .refused(reason: reason))
    }

    @Test mutating func `who does not hold the lease reads and brings nothing`() {
        let (_, lease) = self.leased()
        let other = self.desk.connect("w2")
        let refused = BlobJudgement.refused(reason: "\(lease) is not the worker's")
        let fetch = Fetch(lease: lease, digest: Blob.named("a").digest, offset: 0)
        #expect(self.desk.coordinator.judgeFetch(other, fetch) == refused)
        let put = Put(lease: lease, blob: .named("m"))
        #expect(self.desk.coordinator.judgePut(other, put) == refused)
    }

    @Test mutating func `a lease that has ended opens nothing any more`() {
        let (session, lease) = self.leased()
        let put = Put(lease: lease, blob: .named("m"))
        #expect(self.desk.coordinator.judgePut(session, put) == .allowed(.named("m")))
        self.desk.finish("w1", lease)
        let refused = BlobJudgement.refused(reason: "\(lease) is not the worker's")
        #expect(self.desk.coordinator.judgePut(session, put) == refused)
    }

    @Test mutating func `an offset behind the end is refused`() {
        let (session, lease) = self.leased()
        let fetch = Fetch(lease: lease, digest: Blob.named("a").digest, offset: 1001)
        let refused = BlobJudgement.refused(reason: "the offset lies behind the end of the blob")
        #expect(self.desk.coordinator.judgeFetch(session, fetch) == refused)
    }

    @Test mutating func `an idle trial's data may be read by its holder`() {
        let session = self.desk.connect("w1")
        self.desk.submit(.idle(trials: 1, duration: .zero, data: .named("a")))
        let lease = self.desk.leases(of: "w1")[0]
        for (name, judgement) in [
            ("a", BlobJudgement.allowed(.named("a"))),
            ("b", .refused(reason: "j1/0 does not read this blob")),
        ] {
            let fetch = Fetch(
                lease: lease, digest: Blob.named(Character(name)).digest, offset: 0)
            #expect(self.desk.coordinator.judgeFetch(session, fetch) == judgement)
        }
    }

    @Test mutating func `an idle trial makes no blobs`() {
        let session = self.desk.connect("w1")
        self.desk.submit(.idle(trials: 1))
        let lease = self.desk.leases(of: "w1")[0]
        let put = Put(lease: lease, blob: .named("m"))
        let refused = BlobJudgement.refused(reason: "j1/0 makes no blobs")
        #expect(self.desk.coordinator.judgePut(session, put) == refused)
    }
}
