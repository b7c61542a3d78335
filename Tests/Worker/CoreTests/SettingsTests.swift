import Testing
import Wire
import WorkerCore

@Suite struct SettingsTests {
    @Test func `what cannot work is named`() throws {
        var settings = Settings(slots: 4, cacheBytesMax: 1 << 20, restart: .defaults)
        try settings.validate()
        settings.slots = 0
        let error = #expect(throws: SettingsError.self) { try settings.validate() }
        #expect(error?.description == "slots must be 1 to \(Limits.slotsMax)")
    }
}
