import Foundation
import Privacy
import Testing

/// What is said of a private value where the compiler cannot see that it is one.
@Suite struct PrivateTests {
    static let canary = "canary-9d1f"
    private let key = Private(canary)

    private struct Holder {
        let name: String
        let key: Private<String>
    }

    private enum Outcome {
        case read(Private<String>)
    }

    private struct Failure: Error {
        let key: Private<String>
    }

    private final class Box {
        let key: Private<String>
        init(_ key: Private<String>) { self.key = key }
    }

    /// All that the standard library makes of a value of which it knows nothing.
    private func texts<Value>(_ value: Value) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        var printed = ""
        print(value, to: &printed)
        debugPrint(value, to: &printed)
        return [
            "\(value)", String(describing: value), String(reflecting: value), dumped, printed,
            self.reflected(value),
        ]
    }

    /// The value and all that reflection finds in it.
    private func reflected(_ value: Any) -> String {
        let children = Mirror(reflecting: value).children
        return "\(value) "
            + children.map { "\($0.label ?? "") \(self.reflected($0.value))" }
            .joined(separator: " ")
    }

    @Test func `no larger value and no function that takes anything tells it`() {
        let key = self.key
        let texts =
            self.texts(key) + self.texts(Optional(key)) + self.texts([key])
            + self.texts(["name": key]) + self.texts([key: 1]) + self.texts((1, key))
            + self.texts(Holder(name: "plain", key: key)) + self.texts(Outcome.read(key))
            + self.texts(Failure(key: key)) + self.texts(Box(key)) + self.texts(key as Any)
            + self.texts(Private(Array(Self.canary.utf8)))
        for text in texts {
            #expect(!text.contains(Self.canary) && !text.contains("99, 97, 110"), "\(text)")
        }
        #expect(texts.count { $0.contains("<private>") } > texts.count / 2)
        #expect(self.texts(Holder(name: "plain", key: key))[0].contains("plain"))
    }

    @Test func `an error that holds one can be told`() {
        #expect(!"\(Failure(key: self.key))".contains(Self.canary))
        #expect(!Failure(key: self.key).localizedDescription.contains(Self.canary))
    }

    @Test func `it is compared, sorted and hashed as its value is`() {
        let (a, b) = (Private<String>(Self.canary), Private<String>(Self.canary + "b"))
        #expect(a == self.key && a != b && a < b && a.hashValue == self.key.hashValue)
        #expect(Set<Private<String>>(["a", "b", "a"]).count == 2)
        #expect(["b", "a"].map { Private($0) }.sorted().map(\.revealed) == ["a", "b"])
        #expect(self.key.revealed == Self.canary)
    }

    @Test func `in memory it is its value`() {
        #expect(MemoryLayout<Private<String>>.size == MemoryLayout<String>.size)
        #expect(MemoryLayout<Private<UInt8>>.stride == MemoryLayout<UInt8>.stride)
    }
}
