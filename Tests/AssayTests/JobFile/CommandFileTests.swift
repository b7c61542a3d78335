import Testing
import Wire

@testable import assay

@Suite struct CommandFileTests {
    private func read(_ text: String) throws(InputError) -> JobFile {
        try JobFile(
            StrictYAML(text: text, file: "a.yaml"), folder: "/jobs", fallbackName: "a")
    }

    /// The smallest file with more lines: what its error says.
    private func sentence(_ more: String) -> String {
        do {
            _ = try self.read(Self.smallest + more)
            return "no error"
        } catch {
            return error.description
        }
    }

    /// Six lines: what follows stands on line 7.
    static let smallest = """
        task: command
        command: [python3, train.py]
        metric: accuracy
        direction: maximise
        budget: { trials: 50 }
        name: tune

        """

    private func program(_ text: String) throws -> JobFile.Program {
        guard case .program(let program) = try self.read(text).work else {
            throw InputError("a.yaml", "is no command")
        }
        return program
    }

    @Test func `the smallest command needs a program, a metric, a direction and a budget`() throws {
        let program = try self.program(Self.smallest)
        #expect(program.arguments == ["python3", "train.py"])
        #expect(program.metric == "accuracy")
        #expect(program.direction == .maximise)
        #expect(program.stopping == .none)
        #expect(program.network == .none)
        #expect(program.parameters.isEmpty)
        #expect(program.resources.wallTime == .seconds(3600))
        #expect(program.resources.cpuTime == .seconds(3600))
    }

    @Test func `every key is read`() throws {
        let program = try self.program(
            Self.smallest + """
                files: { train.py: src/train.py, data/train.csv: /data/train.csv }
                environment: { PYTHONHASHSEED: "0", EMPTY: "" }
                parameters:
                  learning_rate: { low: 1e-4, high: 1.0, scale: log }
                  depth: { low: 2, high: 12, integer: true }
                  booster: [gbtree, "1", 2.5, true, "true"]
                resources:
                  { memory: 512MiB, cpu_time: 60s, wall_time: 120s, scratch: 256MiB, processes: 8 }
                outputs: [model.bin, log.txt]
                network: true
                early_stopping: median
                output: tune.out
                """)
        #expect(
            program.files == [
                .init(name: "train.py", path: "/jobs/src/train.py"),
                .init(name: "data/train.csv", path: "/data/train.csv"),
            ])
        #expect(
            program.environment == [
                EnvironmentVariable("PYTHONHASHSEED", "0"), EnvironmentVariable("EMPTY", ""),
            ])
        #expect(
            program.parameters == [
                CommandParameter("learning_rate", .real(1e-4...1, .log)),
                CommandParameter("depth", .whole(2...12, .linear)),
                CommandParameter(
                    "booster",
                    .choice([
                        .text("gbtree"), .text("1"), .number(2.5), .boolean(true), .text("true"),
                    ])),
            ])
        #expect(
            program.resources
                == CommandResources(
                    memoryBytes: 512 << 20, cpuTime: .seconds(60), wallTime: .seconds(120),
                    scratchBytes: 256 << 20, processes: 8))
        #expect(program.outputs == ["model.bin", "log.txt"])
        #expect(program.network == .host)
        #expect(program.stopping == .median)
    }

    @Test(arguments: [
        ("files: { ../x: a }", "a.yaml:7:16: files.../x has a name that is not a relative path"),
        ("files: { /x: a }", "a.yaml:7:14: files./x has a name that is not a relative path"),
        ("environment: { LD_PRELOAD: a }", "a.yaml:7:28: environment.LD_PRELOAD has a name that"),
        ("environment: { 1A: a }", "a.yaml:7:20: environment.1A has a name that"),
        ("parameters: { a-b: [x] }", "a.yaml:7:20: parameters.a-b has a name that is not a letter"),
        ("parameters: { a: { low: 2, high: 1 } }", "a.yaml:7:18: parameters.a must have a low"),
        (
            "parameters: { a: { low: 0, high: 1, scale: log } }",
            "a.yaml:7:18: parameters.a must have a low above 0"
        ),
        ("parameters: { a: { low: 0 } }", "a.yaml:7:18: parameters.a.high is missing"),
        (
            "parameters: { a: { low: 0.5, high: 3, integer: true } }",
            "a.yaml:7:25: parameters.a.low must be a whole number"
        ),
        ("parameters: { a: { lo: 0, low: 1, high: 2 } }", "a.yaml:7:20: unknown key 'lo'"),
        ("parameters: { a: [x, x] }", "a.yaml:7:22: parameters.a[1] is named twice"),
        ("parameters: { a: [] }", "a.yaml:7:18: parameters.a must be 1 to 64 choices"),
        ("outputs: [a/b]", "a.yaml:7:11: outputs[0] is not the plain name of a file"),
        ("outputs: [a, a]", "a.yaml:7:14: outputs[1] is named twice"),
        ("network: maybe", "a.yaml:7:10: network must be true or false"),
        ("early_stopping: asha", "a.yaml:7:17: early_stopping must be one of none, median"),
        ("resources: { memory: 1KiB }", "a.yaml:7:22: resources.memory must be from 16MiB"),
        ("resources: { wall_time: 1ms }", "a.yaml:7:25: resources.wall_time must be from"),
        ("resources: { cores: 2 }", "a.yaml:7:14: unknown key 'cores'"),
        ("data: { train: a.csv }", "a.yaml:7:1: unknown key 'data'"),
    ]) func `a mistake is told with its key, file and line`(text: String, start: String) {
        let sentence = self.sentence(text + "\n")
        #expect(sentence.hasPrefix(start), "\(sentence)")
    }

    @Test func `a command is a list, since no shell takes it apart`() {
        let text = Self.smallest.replacing("[python3, train.py]", with: "python3 train.py")
        #expect(throws: InputError("a.yaml:2:10", "command must be a list")) {
            try self.read(text)
        }
    }

    @Test func `the files travel, and what the job says is what the wire takes`() throws {
        let folder = try TemporaryFolder()
        try folder.write("print(1)\n", to: "train.py")
        let path = try folder.write(
            Self.smallest + "files: { train.py: train.py }\noutputs: [model.bin]\n", to: "a.yaml")
        let job = try PreparedJob(path: path)
        guard case .command(let command) = job.spec.kind else {
            Issue.record("not a command")
            return
        }
        #expect(command.command.files.map(\.blob) == job.uploads.map(\.blob))
        #expect(command.command.files.map(\.isExecutable) == [false])
        #expect(job.result == .files(["model.bin"]))
        #expect(try JobSpec(job.spec.message) == job.spec)
    }

    @Test func `a file that is not there is named`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            Self.smallest + "files: { train.py: train.py }\n", to: "a.yaml")
        let error = #expect(throws: InputError.self) { try PreparedJob(path: path) }
        #expect(error?.description.contains("\(folder.path)/train.py") == true)
    }
}
