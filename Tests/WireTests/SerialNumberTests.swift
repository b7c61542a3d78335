import Testing
import Wire

@Suite struct SerialNumberTests {
    @Test(arguments: [
        ("0a1b", "0a1b"), ("0A:1B", "0a1b"), ("a1b", "0a1b"), ("00:0A:1b", "0a1b"), ("0", "00"),
        ("0000", "00"), ("00c3", "c3"),
    ]) func `one number has one text however it is written`(written: String, text: String) throws {
        let number = try SerialNumber(text: written)
        #expect(number.description == text)
        #expect(number == SerialNumber(bytes: number.bytes))
    }

    @Test(arguments: ["", ":", "0x1", "w1", "0a 1b", "-1", "é", String(repeating: "a", count: 129)])
    func `what is no number is refused`(text: String) {
        #expect(throws: SerialNumberError.self) { try SerialNumber(text: text) }
    }

    @Test func `numbers are ordered by value`() throws {
        let numbers = try ["ff", "0100", "02"].map { try SerialNumber(text: $0) }.sorted()
        #expect(numbers.map(\.description) == ["02", "ff", "0100"])
    }

    @Test func `a holder is a role and a name, and case matters`() throws {
        #expect(try Holder(text: "worker/w1").description == "worker/w1")
        for wrong in ["worker/W1", "Worker/w1", "w1", "worker/", "worker/w1/x", "/w1", "king/w1"] {
            #expect(throws: IdentityError.self, "\(wrong)") { try Holder(text: wrong) }
        }
    }
}
