import Foundation
import LiveCluster
import Testing

/// A runner cannot reach what it was not given, and bad input starts nothing.
@Suite struct ConfinementTests {
    @Test func `a runner is denied all that its self-test tries`() async throws {
        let cluster = try await Cluster()
        let runner = try cluster.start(Binaries.assay, ["runner", "--self-test"])
        #expect(await runner.status == 0, "\(runner.errors)")
        let report = try JSONSerialization.jsonObject(with: Data(runner.output.utf8))
        let object = try #require(report as? [String: [String]])
        let missing = object["missing_protections"] ?? []
        if !missing.isEmpty { print("SKIPPED PROTECTIONS: this kernel has no \(missing)") }
        #expect(object["allowed"] == [] || !missing.isEmpty, "\(object)")
        #expect((object["denied"] ?? []).contains("open a socket"))
        #expect((object["denied"] ?? []).contains("execute a program"))
    }

    @Test func `the doctor has a runner try, and says what it was denied`() async throws {
        let cluster = try await Cluster()
        let doctor = try cluster.start(
            Binaries.assay, ["doctor", "--temp-dir", cluster.path("temp"), "--json"])
        _ = await doctor.status
        let report = try JSONSerialization.jsonObject(with: Data(doctor.output.utf8))
        let checks = try #require((report as? [String: Any])?["checks"] as? [[String: Any]])
        let sandbox = try #require(checks.first { $0["check"] as? String == "sandbox" })
        #expect(["ok", "warning"].contains(sandbox["state"] as? String), "\(sandbox)")
        let finding = try #require(sandbox["finding"] as? String)
        #expect(finding.contains("denied"), "\(finding)")
    }

    @Test(arguments: [
        (["run", "nowhere.yaml"], "nowhere.yaml"),
        (["data", "check", "nowhere.csv"], "nowhere.csv"),
        (["head", "--listen", "here"], "--certs"), (["worker", "--slots", "many"], "--slots"),
        (["predict", "nowhere.model", "nowhere.csv"], "nowhere"), (["jobs"], "--head"),
    ]) func `a wrong word gets one sentence and exit code 2`(
        arguments: [String], named: String
    ) async throws {
        let cluster = try await Cluster()
        let program = try cluster.start(Binaries.assay, arguments)
        #expect(await program.status == 2)
        #expect(program.errors.contains(named))
        #expect(program.output.isEmpty)
        #expect(try cluster.sessionFiles() == [])
    }

    @Test func `a head that is not there is unreachable, exit code 3`() async throws {
        let cluster = try await Cluster()
        let program = try cluster.start(
            Binaries.assay,
            ["health", "--head", "127.0.0.1:1", "--certs", cluster.certs("ute")])
        #expect(await program.status == 3)
    }
}
