import Host
import Testing
import Wire

@testable import WorkerShell

@Suite struct DataShelfTests {
    private let memory: SealedMemory
    private let lease = Lease(TrialID(JobID(1), 0), LeaseNumber(epoch: 1, count: 1))
    private var shelf = DataShelf()
    private var blob: Blob { self.memory.blob }

    init() throws { self.memory = try SmallLesson.memory("x,y\n1,2\n") }

    @Test mutating func `what is here need not be brought again`() {
        #expect(self.shelf.want(self.blob, for: self.lease) == .mustBeBrought)
        #expect(self.shelf.arrived(self.blob.digest, self.memory) == .wanted)
        #expect(self.shelf.want(self.blob, for: self.lease) == .isHere)
        #expect(self.shelf.memory(of: self.blob.digest) === self.memory)
    }

    @Test mutating func `what nobody wants any more is not kept`() {
        _ = self.shelf.want(self.blob, for: self.lease)
        self.shelf.evict(self.blob.digest)
        #expect(self.shelf.arrived(self.blob.digest, self.memory) == .unwanted)
        #expect(self.shelf.memory(of: self.blob.digest) == nil)
    }

    @Test mutating func `a way to disk that was given up is not taken for the next`() throws {
        self.shelf.keep(self.memory, of: self.blob.digest)
        let first = self.shelf.cross(self.blob.digest)
        self.shelf.erase(self.blob.digest)
        #expect(self.shelf.crossed(self.blob.digest, first) == .unwanted)
        let second = self.shelf.cross(self.blob.digest)
        #expect(self.shelf.crossed(self.blob.digest, first) == .unwanted)
        #expect(self.shelf.crossed(self.blob.digest, second) == .wanted)
        #expect(self.shelf.memory(of: self.blob.digest) === self.memory)
    }

    @Test mutating func `outputs are kept until they are dropped`() {
        let output = Output(name: "manifest.json", blob: self.blob)
        self.shelf.keep([self.memory], [output], of: self.lease)
        #expect(self.shelf.outputs(of: self.lease)?.map(\.0) == [output])
        self.shelf.drop(self.lease)
        #expect(self.shelf.outputs(of: self.lease) == nil)
    }
}
