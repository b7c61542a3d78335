import ArgumentParser
import Testing

@testable import assay

@Suite struct CommandLineTests {
    @Test(arguments: [
        ["run", "a.yaml", "--json"], ["run", "a.yaml", "--retain", "--workers", "3"],
        ["submit", "a.yaml", "--follow", "--head", "h:1"],
        ["jobs", "--limit", "5"], ["job", "j1"], ["trials", "j1"], ["watch", "j1"],
        ["cancel", "j1"], ["nodes"], ["node", "drain", "w1"], ["node", "resume", "w1"],
        ["models"], ["model", "m1", "--output", "d"], ["predict", "m", "d.csv", "--score"],
        ["health"], ["ports"], ["data", "check", "d.csv", "--schema", "s.yaml"],
        ["data", "infer", "d.csv"], ["bench"],
        ["bench", "--workers", "2", "--slots", "1", "--bulk", "0"], ["version", "--json"],
        ["head", "--listen", "127.0.0.1:0", "--certs", "c", "--state", "s"],
        ["worker", "--head", "127.0.0.1:7443", "--certs", "c", "--slots", "2"],
    ]) func `every documented command is parsed`(arguments: [String]) throws {
        _ = try Assay.parseAsRoot(arguments)
    }

    @Test(arguments: [
        [], ["frobnicate"], ["run"], ["jobs", "--limit", "many"], ["jobs", "--no-such-flag"],
        ["node", "explode", "w1"], ["predict", "m"], ["bench", "--retain"],
    ]) func `a mistake in the flags is no command`(arguments: [String]) {
        do {
            let command = try Assay.parseAsRoot(arguments)
            // Without a verb the program prints its help.
            #expect(arguments.isEmpty && command is Assay)
        } catch {
            #expect(!Assay.exitCode(for: error).isSuccess)
        }
    }
}
