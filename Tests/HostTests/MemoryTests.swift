import Glibc
import Host
import Testing

@Suite struct SealedMemoryTests {
    @Test func `sealed memory holds what was written, piece by piece`() throws {
        var draft = try SealedMemory.Draft(named: "test")
        try draft.append([1, 2, 3])
        try draft.append([])
        try draft.append([4])
        #expect(draft.byteCount == 4)
        let memory = try draft.sealed()
        #expect(memory.byteCount == 4)
        #expect(memory.withBytes { Array($0) } == [1, 2, 3, 4])
    }

    @Test func `nobody can change sealed memory`() throws {
        var draft = try SealedMemory.Draft(named: "test")
        try draft.append([1, 2, 3])
        let memory = try draft.sealed()
        let number = memory.descriptor.number
        #expect(pwrite(number, [9], 1, 0) == -1)
        #expect(ftruncate(number, 1) == -1)
        #expect(ftruncate(number, 9) == -1)
        #expect(mmap(nil, 3, PROT_READ | PROT_WRITE, MAP_SHARED, number, 0) == MAP_FAILED)
        #expect(memory.withBytes { Array($0) } == [1, 2, 3])
    }

    @Test func `memory that its maker could still change is refused`() throws {
        let (reader, _) = try Descriptor.pipe()
        #expect(throws: HostError.self) { try SealedMemory(adopting: reader) }

        let scratch = try Scratch()
        let path = try scratch.file("file")
        let file = Descriptor(adopting: open(path, O_RDWR))
        #expect(throws: HostError.self) { try SealedMemory(adopting: file) }
    }

    @Test func `no bytes are sealed memory too`() throws {
        let memory = try SealedMemory.Draft(named: "empty").sealed()
        #expect(memory.byteCount == 0)
        #expect(memory.withBytes { $0.count } == 0)
    }
}

@Suite struct DescriptorPassingTests {
    @Test func `memory travels to another process as a descriptor`() throws {
        let (ours, theirs) = try Descriptor.socketPair()
        var draft = try SealedMemory.Draft(named: "test")
        try draft.append([5, 6, 7])
        let memory = try draft.sealed()

        try DescriptorPassing.send([42], with: [memory.descriptor], over: ours)
        let received = try #require(try DescriptorPassing.receive(upTo: 16, from: theirs))
        #expect(received.bytes == [42])
        let descriptor = try #require(received.descriptors.first)
        #expect(descriptor.number != memory.descriptor.number)
        #expect(fcntl(descriptor.number, F_GETFD) & FD_CLOEXEC == FD_CLOEXEC)
        let theirMemory = try SealedMemory(adopting: descriptor)
        #expect(theirMemory.withBytes { Array($0) } == [5, 6, 7])
    }

    @Test func `bytes alone travel too, and the end is told`() throws {
        let (ours, theirs) = try Descriptor.socketPair()
        try DescriptorPassing.send([1, 2, 3], over: ours)
        let received = try #require(try DescriptorPassing.receive(upTo: 2, from: theirs))
        #expect(received.bytes == [1, 2])
        #expect(received.descriptors.isEmpty)
        #expect(try DescriptorPassing.receive(upTo: 2, from: theirs)?.bytes == [3])
        shutdown(ours.number, CInt(SHUT_WR))
        #expect(try DescriptorPassing.receive(upTo: 2, from: theirs) == nil)
    }

    @Test func `a message larger than the socket's buffer arrives whole`() async throws {
        let (ours, theirs) = try Descriptor.socketPair()
        let message = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
        async let sent: Void = DedicatedThread.run(named: "test-send") {
            try DescriptorPassing.send(message, with: [theirs], over: ours)
            shutdown(ours.number, CInt(SHUT_WR))
        }
        let (bytes, descriptors) = try await DedicatedThread.run(named: "test-receive") {
            var bytes: [UInt8] = []
            var descriptors = 0
            while let part = try DescriptorPassing.receive(upTo: 1 << 16, from: theirs) {
                bytes += part.bytes
                descriptors += part.descriptors.count
            }
            return (bytes, descriptors)
        }
        try await sent
        #expect(bytes == message)
        #expect(descriptors == 1)
    }
}

@Suite struct DedicatedThreadTests {
    @Test func `work runs on a thread of that name and its answer comes back`() async throws {
        let name = try await DedicatedThread.run(named: "assay-test") {
            try String(contentsOfThread: "comm")
        }
        #expect(name == "assay-test\n")
    }

    @Test func `what the work throws comes back`() async {
        await #expect(throws: HostError(.missing, "")) {
            try await DedicatedThread.run(named: "assay-test") {
                throw HostError(.missing, "it is not there")
            }
        }
    }

    @Test func `threads work together, this one among them, and each answers once`() throws {
        // Nobody goes on before all four are there: they run at once, or this test never ends.
        nonisolated(unsafe) let barrier = UnsafeMutablePointer<pthread_barrier_t>
            .allocate(capacity: 1)
        pthread_barrier_init(barrier, nil, 4)
        defer {
            pthread_barrier_destroy(barrier)
            barrier.deallocate()
        }
        let own = try String(contentsOfThread: "comm")
        let names = DedicatedThread.together(upTo: 4, named: "assay-test") {
            pthread_barrier_wait(barrier)
            return (try? String(contentsOfThread: "comm")) ?? ""
        }
        #expect(names == [own] + Array(repeating: "assay-test\n", count: 3))
        #expect(DedicatedThread.together(upTo: 0, named: "assay-test") { 7 } == [7])
    }
}

extension String {
    /// A file of the calling thread in `/proc`.
    fileprivate init(contentsOfThread name: String) throws {
        let file = Descriptor(adopting: open("/proc/thread-self/\(name)", O_RDONLY))
        self.init(decoding: try file.read(upTo: 1000, from: name), as: UTF8.self)
    }
}
