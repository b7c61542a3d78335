import Testing

@testable import WorkerShell

@Suite struct RunnerSettingsTests {
    @Test(arguments: [
        RunnerSettings(parent: 17, user: nil, memoryBytesMax: nil, outputBytesMax: 1 << 30),
        RunnerSettings(
            parent: 1, user: .init(uid: 65534, gid: 65533), memoryBytesMax: 1 << 33,
            outputBytesMax: 1),
    ])
    func `a runner reads what its worker wrote`(settings: RunnerSettings) {
        #expect(RunnerSettings(arguments: settings.arguments) == settings)
    }

    @Test(arguments: [
        [], ["--parent", "1"], ["--parent", "1", "--output-bytes"],
        ["--parent", "-1", "--output-bytes", "1"],
        ["--parent", "1", "--output-bytes", "1", "--uid", "7"],
        ["--parent", "1", "--output-bytes", "1", "--verbose", "1"],
        ["--parent", "1", "--output-bytes", "1", "--parent", "2"],
    ])
    func `what no worker says is not understood`(arguments: [String]) {
        #expect(RunnerSettings(arguments: arguments) == nil)
    }
}
