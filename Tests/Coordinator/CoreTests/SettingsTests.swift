import CoordinatorCore
import Testing

@Suite struct SettingsTests {
    @Test func `the defaults are valid`() throws {
        try Settings.defaults.validate()
    }

    @Test func `what cannot work is named`() {
        var settings = Settings.defaults
        settings.leases.attemptsMax = 2
        #expect(throws: SettingsError.self) { try settings.validate() }
        settings = .defaults
        settings.prefetch.beyondMax = 5000
        let error = #expect(throws: SettingsError.self) { try settings.validate() }
        #expect(error?.description.hasPrefix("prefetch.beyondMax must be 0 to 2048") == true)
    }
}
