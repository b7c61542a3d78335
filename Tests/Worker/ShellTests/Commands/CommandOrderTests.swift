import Fuzzing
import Testing
import Wire

@testable import WorkerShell

@Suite struct CommandOrderTests {
    private static let order = CommandOrder(
        arguments: ["python3", "", "--rate", "0.1"], environment: ["A=1", "B="],
        outputs: ["model.bin"], outputBytesMax: 1 << 20, path: "/usr/bin",
        limits: .init(
            dataBytes: 1 << 30, mappedBytes: nil, cpuSeconds: 60, fileBytes: 1 << 20,
            processes: 8, files: 1024))

    @Test func `an order survives its journey`() {
        #expect(CommandOrder(decoding: Self.order.encoded) == Self.order)
    }

    @Test func `what is no order is none`() {
        #expect(CommandOrder(decoding: []) == nil)
        #expect(CommandOrder(decoding: [0]) == nil)
        #expect(CommandOrder(decoding: Array(Self.order.encoded.dropLast())) == nil)
        #expect(CommandOrder(decoding: Self.order.encoded + Self.order.encoded) == nil)
        var mutants = Mutants(of: Self.order.encoded, seed: 3)
        for _ in 0..<Mutants.rounds(2000) {
            let bytes = mutants.next()
            // Read or refused; what is read says the same again.
            if let order = CommandOrder(decoding: bytes) {
                #expect(CommandOrder(decoding: order.encoded) == order)
            }
        }
    }

    @Test func `an attendant's words are its own and no others`() {
        let reports: [AttendantReport] =
            [.began, .notStarted(2), .exited(0), .exited(255), .signalled(9), .output(15)]
            + AttendantReport.Absence.allCases.map { .noOutput(15, $0) }
        for report in reports { #expect(AttendantReport(bytes: report.bytes) == report) }
        #expect(AttendantReport(bytes: [UInt8(ascii: "B")]) == nil)
        #expect(AttendantReport(bytes: [UInt8(ascii: "B"), 1]) == nil)
        #expect(AttendantReport(bytes: [0, 0]) == nil)
    }

    @Test func `who enters a sandbox is told what it needs and nothing private`() {
        let entry = SandboxEntry(
            parent: 17, user: Privileges.User(uid: 65534, gid: 65533), groups: 2, files: 5)
        let arguments = entry.arguments(sandbox: "/usr/bin/bwrap")
        #expect(SandboxEntry(arguments: arguments) == entry)
        for count in 0..<arguments.count where count != 5 {
            #expect(SandboxEntry(arguments: Array(arguments.prefix(count))) == nil)
        }
        #expect(SandboxEntry(arguments: ["--enter", "/b", "1", "1", "-1"]) == nil)
    }

    @Test func `only libraries outside of usr are brought into the sandbox`() {
        let maps = """
            55d0-55d1 r--p 00000000 fe:00 1 /opt/build/assay
            7f00-7f01 r-xp 00000000 fe:00 2 /opt/build/lib/libswiftCore.so
            7f01-7f02 r--p 00000000 fe:00 2 /opt/build/lib/libswiftCore.so
            7f02-7f03 r-xp 00000000 fe:00 3 /usr/lib/x86_64-linux-gnu/libc.so.6
            7f03-7f04 rw-p 00000000 00:00 0
            7ffc-7ffd r-xp 00000000 00:00 0 [vdso]
            """
        #expect(
            AttendantProgram(program: "/opt/build/assay", maps: maps).binds == [
                "--ro-bind", "/opt/build/assay", "/run/assay/assay", "--ro-bind",
                "/opt/build/lib/libswiftCore.so", "/run/assay/lib/libswiftCore.so",
            ])
    }
}
