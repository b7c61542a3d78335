extension Unicode.Scalar {
    /// Whether it does something to a terminal or to the order of what is read, and shows nothing:
    /// controls of ASCII and of Latin-1, ends of lines, and what turns the direction of writing. A
    /// name that holds one could pass for another name.
    package var misleadsTerminals: Bool {
        // Nearly all that travels is of these.
        if (0x20..<0x7F).contains(self.value) { return false }
        return switch self.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: self.properties.isBidiControl
        }
    }
}
