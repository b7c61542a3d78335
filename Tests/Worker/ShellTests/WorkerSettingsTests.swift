import Testing
import Transport

@testable import WorkerShell

@Suite struct WorkerSettingsTests {
    private var settings = WorkerSettings(
        head: HostAndPort(host: "head.example", port: 7443), version: "1")

    @Test func `the defaults are valid`() throws {
        try self.settings.validate()
        #expect(self.settings.slots >= 1)
    }

    @Test mutating func `a mistake is one sentence that says what would be right`() {
        self.settings.slots = 0
        #expect(throws: WorkerSettingsError("slots must be 1 to 1024, not 0")) {
            try self.settings.validate()
        }
    }

    @Test(
        arguments: [
            { $0.head = HostAndPort(host: "head.example", port: 0) },
            { $0.dataCache.bytesMax = 1000 },
            { $0.dataCache = .init(mode: .disk, bytesMax: 1 << 20, diskBytesMax: 1000) },
            { $0.runner.memoryBytesMax = 1000 },
            { $0.runner.outputBytesMax = 0 },
            { $0.reconnect.shortest = .zero },
            { $0.reconnect.longest = .milliseconds(1) },
        ] as [@Sendable (inout WorkerSettings) -> Void])
    func `what cannot work is refused`(spoil: @Sendable (inout WorkerSettings) -> Void) {
        var settings = self.settings
        spoil(&settings)
        #expect(throws: WorkerSettingsError.self) { try settings.validate() }
    }
}
