import Wire

/// What the user gave is wrong: one sentence that says where, what, and what would be right.
///
/// The program ends with exit code 2 and has started nothing. The sentence never holds a value of
/// a data set; it may hold a value of a job file or flag, which the user wrote for us or was handed
/// by somebody else: what does something to a terminal is left out, and what is long is cut.
struct InputError: Error, Equatable, CustomStringConvertible {
    /// `wine.yaml:3:9`, a flag such as `--slots`, or a variable such as `ASSAY_SLOTS`.
    let place: String
    let sentence: String

    init(_ place: String, _ sentence: String) {
        self.place = Self.plain(place)
        self.sentence = Self.plain(sentence)
    }

    private static func plain(_ text: String) -> String {
        Limits.reason(text) { $0.misleadsTerminals ? " " : $0 }
    }

    var description: String { "\(self.place): \(self.sentence)" }
}
