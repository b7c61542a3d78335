import Foundation
import Host
import Testing
import WorkerShell

@testable import assay

@Suite struct DoctorTests {
    private static func examination(_ json: String) throws -> SandboxExamination {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(SandboxExamination.self, from: Data(json.utf8))
    }

    @Test func `what a killed process left is a problem, what was kept a warning`() throws {
        let place = NSTemporaryDirectory() + "assay-doctor-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: place) }
        #expect(HostExamination.leftovers(under: [place]).map(\.state) == [.ok])

        let living = try SessionDirectory.make(.head, under: place)
        #expect(HostExamination.leftovers(under: [place]).map(\.state) == [.ok])
        let kept = try SessionDirectory.make(.run, under: place, ending: .retained).path
        let warning = HostExamination.leftovers(under: [place])[0]
        #expect(warning.state == .warning && warning.finding.contains(kept))
        let orphan = try SessionDirectory.make(.worker, under: place).path
        let problem = HostExamination.leftovers(under: [place])[0]
        #expect(problem.state == .problem && problem.finding.contains(orphan))

        let removal = HostExamination.removal(under: [place])
        #expect(removal.map(\.state) == [.ok] && removal[0].finding == "removed \(orphan)")
        let left = try FileManager.default.contentsOfDirectory(atPath: place)
        #expect(Set(left.map { "\(place)/\($0)" }) == [living.path, kept])
        #expect(HostExamination.removal(under: [place]) == [])
        try living.end()
    }

    @Test func `a place that cannot be read is a problem`() {
        let finding = HostExamination.leftovers(under: ["/nowhere"])[0]
        #expect(finding.state == .problem && finding.finding.contains("/nowhere"))
    }

    @Test func `places are looked at once each, those that were given first`() {
        let environment = Environment(["TMPDIR": "/tmp"])
        let places = HostExamination.places(given: ["/tmp"], environment: environment)
        #expect(places.first == "/tmp")
        #expect(places.count { $0 == "/tmp" } == 1)
    }

    @Test func `a protection that is missing is a warning, a runner that is let a problem`() throws
    {
        let tight = try Self.examination(
            #"{"missing_protections":[],"allowed":[],"denied":["open a file"]}"#)
        #expect(HostExamination.finding(of: tight).state == .ok)
        let old = try Self.examination(
            #"{"missing_protections":["Landlock for signals (ABI 6)"],"allowed":[],"denied":[]}"#)
        #expect(HostExamination.finding(of: old).state == .warning)
        let open = try Self.examination(
            #"{"missing_protections":[],"allowed":["open a socket"],"denied":[]}"#)
        let finding = HostExamination.finding(of: open)
        #expect(finding.state == .problem && finding.finding.contains("open a socket"))
    }

    @Test func `a host that cannot confine commands is a warning, one that can says how well`() {
        let without = CommandExamination(
            problem: "bubblewrap is not there", missingProtections: [], controlGroups: "none")
        let finding = HostExamination.finding(of: without)
        #expect(finding.state == .warning && finding.finding.contains("bubblewrap is not there"))
        let loose = CommandExamination(
            problem: nil, missingProtections: ["a share of processors"], controlGroups: "none")
        #expect(HostExamination.finding(of: loose).state == .warning)
        let tight = CommandExamination(
            problem: nil, missingProtections: [], controlGroups: "version 2")
        #expect(HostExamination.finding(of: tight).state == .ok)
        #expect(HostExamination.finding(of: tight).finding.contains("version 2"))
    }

    @Test(arguments: [
        ("Filename Type Size Used Priority\n", Finding.State.ok),
        ("Filename Type Size Used Priority\n/dev/dm-1 partition 1 0 -2\n", .ok),
        ("Filename Type Size Used Priority\n/dev/zram0 partition 1 0 100\n", .ok),
        ("Filename Type Size Used Priority\n/swapfile file 1 0 -2\n", .warning),
    ])
    func `swap that is not encrypted is a warning`(swaps: String, state: Finding.State) {
        #expect(HostExamination.swap(swaps).state == state)
    }

    @Test func `memory for keys that may be swapped is a warning`() {
        #expect(HostExamination.finding(of: .secret).state == .ok)
        #expect(HostExamination.finding(of: .locked).state == .ok)
        #expect(HostExamination.finding(of: .ordinary).state == .warning)
        #expect(HostExamination.keys().state != .problem)
    }

    @Test func `certificates that are not there are a problem that names the file`() {
        let finding = DoctorCommand.certificate(in: "/nowhere", now: Date())
        #expect(finding.state == .problem && finding.finding.contains("/nowhere/"))
    }
}
