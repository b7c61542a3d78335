import Host
import Wire

/// The runner's half of the conversation with its worker: read orders, obey, report.
///
/// Two sockets. Frames travel on one; on the other travel descriptors of sealed memory, each
/// message of them sent *before* the frame that speaks of it, so that whoever reads the frame finds
/// them there. (One socket would do for us, but the worker reads frames in its event loop by plain
/// reads, and a plain read drops descriptors.)
struct RunnerConversation {
    private let frames: Descriptor
    private let descriptors: Descriptor
    private var computer: TrialComputer
    private var inbox = FrameReader()
    private var outbox: [UInt8] = []

    init(frames: Descriptor, descriptors: Descriptor, computer: TrialComputer) {
        self.frames = frames
        self.descriptors = descriptors
        self.computer = computer
    }

    /// Talks until the worker hangs up.
    ///
    /// - Throws: `HostError` or `WireError` when the worker cannot be understood any more.
    mutating func run(environmentClass: String, missing: [Protection]) throws {
        let ready = RunnerReport.ready(
            environmentClass: environmentClass, missingProtections: missing.map(\.rawValue))
        Frames.append(ready.encoded(), to: &self.outbox)
        repeat {
            while let message = try self.inbox.next() {
                try self.obey(try RunnerOrder(bytes: message))
            }
            // Nothing more is waiting: now say what was gathered.
            try self.flush()
        } while try self.fill()
    }

    private mutating func obey(_ order: RunnerOrder) throws {
        switch order {
        case .attach(let blob):
            let memory = try self.receiveMemory(for: "attach")
            guard UInt64(memory.byteCount) == blob.size else {
                throw WireError("attach.blob.size", "is not that of the memory that came with it")
            }
            self.computer.attach(blob.digest, memory)
        case .detach(let digest):
            self.computer.detach(digest)
        case .recall(let recipe):
            self.computer.recall(recipe, try self.receiveMemory(for: "recall"))
        case .run(let lease, let trialClass, let spec):
            // A lesson takes long: what is known already does not wait for it.
            if case .lesson = trialClass { try self.flush() }
            let computed = try self.computer.compute(trialClass, spec)
            if let predictions = computed.predictions {
                try self.send([predictions])
                Frames.append(RunnerReport.predicted(lease).encoded(), to: &self.outbox)
            }
            if !computed.outputs.isEmpty { try self.send(computed.outputs) }
            Frames.append(
                RunnerReport.finished(lease, computed.outcome).encoded(), to: &self.outbox)
        }
    }

    private func send(_ memory: [SealedMemory]) throws {
        try DescriptorPassing.send([0], with: memory.map(\.descriptor), over: self.descriptors)
    }

    private func receiveMemory(for order: String) throws -> SealedMemory {
        let received = try DescriptorPassing.receive(upTo: 1, from: self.descriptors)
        guard let received, received.descriptors.count == 1 else {
            throw WireError(order, "comes without its descriptor")
        }
        return try SealedMemory(adopting: received.descriptors[0])
    }

    private mutating func fill() throws -> Bool {
        let count = try withUnsafeTemporaryAllocation(
            byteCount: FrameReader.readBytesMax, alignment: 1
        ) { buffer in
            let count = try self.frames.read(into: buffer)
            self.inbox.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return count
        }
        return count > 0
    }

    private mutating func flush() throws {
        guard !self.outbox.isEmpty else { return }
        try self.outbox.withUnsafeBytes { bytes in
            try self.frames.write(bytes, to: "the worker")
        }
        self.outbox.removeAll(keepingCapacity: true)
    }
}
