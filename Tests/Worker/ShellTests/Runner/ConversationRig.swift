import Engine
import Glibc
import Host
import Wire

@testable import WorkerShell

/// A runner's conversation on a thread of this process, without the sandbox, and the worker's ends
/// of its sockets.
enum ConversationRig {
    static let environmentClass = "x86_64/Test/1"

    /// Talks to a runner from its start to its end; answers what `body` did.
    ///
    /// - Throws: what the runner threw, or `body`.
    static func talk<Answer: Sendable>(
        rememberedFrom: Duration = TrialComputer.rememberedFromStandard,
        _ body: @escaping @Sendable (inout Ends) throws -> Answer
    ) async throws -> Answer {
        let frames = try Descriptor.socketPair()
        let descriptors = try Descriptor.socketPair()
        async let runner: Void = DedicatedThread.run(named: "test runner") {
            // As the end of a process does.
            defer { Self.hangUp(frames.theirs) }
            var conversation = RunnerConversation(
                frames: frames.theirs, descriptors: descriptors.theirs,
                computer: TrialComputer(
                    environmentClass: Self.environmentClass, rememberedFrom: rememberedFrom))
            try conversation.run(environmentClass: Self.environmentClass, missing: [.landlockFiles])
        }
        let answer = try await DedicatedThread.run(named: "test worker") {
            defer { Self.hangUp(frames.ours) }
            var ends = Ends(frames: frames.ours, descriptors: descriptors.ours)
            return try body(&ends)
        }
        try await runner
        return answer
    }

    /// The worker's side.
    struct Ends {
        let frames: Descriptor
        let descriptors: Descriptor
        private var inbox = FrameReader()

        init(frames: Descriptor, descriptors: Descriptor) {
            self.frames = frames
            self.descriptors = descriptors
        }

        func say(_ orders: RunnerOrder...) throws {
            var bytes: [UInt8] = []
            for order in orders { Frames.append(order.encoded(), to: &bytes) }
            try bytes.withUnsafeBytes { try self.frames.write($0, to: "the runner") }
        }

        func attach(_ memory: SealedMemory) throws {
            try DescriptorPassing.send([0], with: [memory.descriptor], over: self.descriptors)
            try self.say(.attach(memory.blob))
        }

        func recall(_ recipe: Wire.Recipe, _ memory: SealedMemory) throws {
            try DescriptorPassing.send([0], with: [memory.descriptor], over: self.descriptors)
            try self.say(.recall(recipe))
        }

        /// The next report; nil when the runner has hung up.
        mutating func hear() throws -> RunnerReport? {
            while true {
                if let message = try self.inbox.next() { return try RunnerReport(bytes: message) }
                guard let more = try DescriptorPassing.receive(upTo: 4096, from: self.frames) else {
                    return nil
                }
                more.bytes.withUnsafeBytes { self.inbox.append($0) }
            }
        }

        func receiveOutputs() throws -> [SealedMemory] {
            let received = try DescriptorPassing.receive(upTo: 1, from: self.descriptors)
            return try (received?.descriptors ?? []).map(SealedMemory.init(adopting:))
        }
    }

    private static func hangUp(_ socket: Descriptor) {
        _ = socket.withNumber { shutdown($0, CInt(SHUT_RDWR)) }
    }
}

/// A lesson that fits on a screen: y is 1 where x is large.
enum SmallLesson {
    /// By the names by which a lesson asks for them.
    static func attached(_ memory: SealedMemory...) -> [Digest: SealedMemory] {
        Dictionary(uniqueKeysWithValues: memory.map { ($0.blob.digest, $0) })
    }

    static let csv = (["x,y"] + (0..<40).map { "\($0),\($0 < 20 ? "no" : "yes")" })
        .joined(separator: "\n")

    static func memory(_ text: String) throws -> SealedMemory {
        var draft = try SealedMemory.Draft(named: "test")
        try draft.append(Array(text.utf8))
        return try draft.sealed()
    }

    static func schema() throws -> SealedMemory {
        let schema = try Schema([
            .init("x", .numeric()), .init("y", .categorical()),
        ])
        return try Self.memory(String(decoding: schema.encoded(), as: UTF8.self))
    }

    static func lesson(_ data: SealedMemory, _ schema: SealedMemory) -> TrialClass {
        .lesson(
            Lesson(
                task: .classification, data: data.blob, schema: schema.blob, target: "y",
                metrics: ["accuracy", "log_loss"], folds: 4, foldSeed: 1))
    }

    static let recipe = Wire.Recipe(family: "logistic_regression", parameters: [], seed: 3)
}
