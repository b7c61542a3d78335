import Testing

@testable import assay

@Suite struct LayersTests {
    private func layers(_ text: String, _ environment: [String: String] = [:]) throws -> Layers {
        Layers(file: try StrictYAML(text: text, file: "w.yaml").root, environment: environment)
    }

    @Test func `flags beat the environment, which beats the file`() throws {
        var layers = try self.layers("slots: 1\n", ["ASSAY_SLOTS": "2"])
        #expect(try layers.integer("slots", flag: 3, in: 1...9) == 3)
        #expect(try layers.integer("slots", flag: nil, in: 1...9) == 2)
        var file = try self.layers("slots: 1\n")
        #expect(try file.integer("slots", flag: nil, in: 1...9) == 1)
        #expect(try file.integer("other", flag: nil, in: 1...9) == nil)
    }

    @Test func `an error names the layer that it comes from`() throws {
        var layers = try self.layers("slots: none\n", ["ASSAY_HEAD": "nowhere"])
        #expect(throws: InputError("w.yaml:1:8: slots", "must be a whole number from 1 to 9")) {
            try layers.integer("slots", flag: nil, in: 1...9)
        }
        #expect(throws: InputError("--slots", "must be a whole number from 1 to 9")) {
            try layers.integer("slots", flag: 10, in: 1...9)
        }
        #expect(
            throws: InputError(
                "ASSAY_HEAD", "must be HOST:PORT such as 127.0.0.1:7443 or [::1]:7443")
        ) { try layers.address("head", flag: nil) }
    }

    @Test func `a key under a flag is still a known key`() throws {
        var layers = try self.layers("temp_dir: /a\n")
        #expect(try layers.text("temp_dir", flag: "/b")?.value == "/b")
        try layers.finish()
    }

    @Test func `sizes have a binary unit`() throws {
        var layers = try self.layers("memory: 2GiB\nbad: 5\n")
        #expect(try layers.bytes("memory", flag: nil) == 2 << 30)
        #expect(throws: InputError.self) { try layers.bytes("bad", flag: nil) }
    }
}
