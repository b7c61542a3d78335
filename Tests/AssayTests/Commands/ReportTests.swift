import ArgumentParser
import Engine
import Host
import Testing
import Transport
import WorkerShell

@testable import assay

@Suite struct ReportTests {
    @Test func `the ports are those of the configuration and no others`() {
        let listen = HostAndPort(host: "10.0.0.5", port: 7443)
        let one = PortsCommand.report(.init(listen: listen, probe: nil))
        #expect(one.listens.map(\.address) == ["10.0.0.5:7443"])
        let two = PortsCommand.report(
            .init(listen: listen, probe: HostAndPort(host: "127.0.0.1", port: 7480)))
        #expect(two.listens.map(\.address) == ["10.0.0.5:7443", "127.0.0.1:7480"])
        #expect(two.listens.allSatisfy { $0.who == "head" })
    }

    @Test func `a table is reported by counts and kinds, never by values`() throws {
        let csv = Array("age,sex\n40,canary7f\n,other\n41,\n".utf8)
        let schema = try TableFile.inferred(csv, at: "a.csv")
        let report = TableReport(try TableFile.table(csv, at: "a.csv", schema: schema), schema)
        #expect(
            try JSONText.line(report)
                == """
                {"columns":[{"kind":"numeric","missing":1,"name":"age"},\
                {"categories":2,"kind":"categorical","missing":1,"name":"sex"}],"repairs":[],\
                "rows":3,"rows_dropped":0,"rows_read":3}

                """)
        #expect(!report.text(style: .plain).contains("canary7f"))
    }

    @Test func `a table that breaks its schema is named by line and column`() throws {
        let schema = try Schema([
            Schema.Column("age", .numeric(bounds: .init(low: 0, high: 120)), missing: .refused)
        ])
        for (table, sentence) in [
            ("age\n40\n130\n", "line 3, column 1 (age): the number lies outside"),
            ("age\n40\n\"\"\n", "line 3, column 1 (age): the field is empty"),
            ("years\n40\n", "line 1, column age: the schema names this column"),
        ] {
            let error = #expect(throws: InputError.self) {
                try TableFile.table(Array(table.utf8), at: "a.csv", schema: schema)
            }
            let text = error?.description ?? ""
            #expect(text.hasPrefix("a.csv: \(sentence)"), "\(text)")
        }
    }

    @Test func `a worker's settings come from its flags`() throws {
        let command = try #require(
            try Assay.parseAsRoot([
                "worker", "--head", "[::1]:7443", "--certs", "c", "--slots", "3", "--data-cache",
                "2GiB", "--retain", "--data-cache-mode", "disk", "--data-cache-dir", "/cache",
                "--data-cache-disk", "64GiB",
            ]) as? WorkerCommand)
        var layers = Layers(file: nil, environment: [:])
        let common = try command.daemon.settings(&layers)
        let settings = try command.settings(&layers, common)
        #expect(settings.head == HostAndPort(host: "::1", port: 7443))
        #expect(settings.slots == 3)
        #expect(settings.dataCache.bytesMax == 2 << 30)
        #expect(settings.dataCache.mode == .disk)
        #expect(settings.dataCache.directory == "/cache")
        #expect(settings.dataCache.diskBytesMax == 64 << 30)
        #expect(settings.session.ending == .retained)
    }

    @Test func `a settings file of comments says nothing, an unknown one is an error`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("# listen: 127.0.0.1:7443\n\n  # more\n", to: "head.yaml")
        var options = try DaemonOptions.parse(["--config", path])
        _ = try options.layers(standard: "/nowhere/head.yaml")
        options.config = "\(folder.path)/none.yaml"
        let error = #expect(throws: InputError.self) {
            try options.layers(standard: "/nowhere/head.yaml")
        }
        #expect(error?.sentence == "there is no such settings file")
        options.config = nil
        _ = try options.layers(standard: "/nowhere/head.yaml")
    }
}
