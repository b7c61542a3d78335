extension Unicode.Scalar {
    /// Whether it does something to a terminal or to the order of what is read, and shows nothing:
    /// controls of ASCII and of Latin-1, ends of lines, and what turns the direction of writing. A
    /// name that holds one could pass for another name.
    package var misleadsTerminals: Bool {
        switch self.value {
        case 0..<0x20, 0x7F..<0xA0: true
        case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
