/// The stack machine of pickle with stand-ins for values: it knows texts, whole numbers, imports
/// and what was made of them, as far as they decide what a pickle would do. It does nothing of it.
struct PickleMachine {
    indirect enum Value {
        case mark
        case text(String)
        case number(Int)
        case imported(module: String, name: String)
        /// What a call, or a class, returned.
        case made(of: String)
        case tuple([Value])
        case dictionary([String: Value])
        case other
    }

    /// What the machine meets and a reader should know.
    enum Event {
        case imports(module: String, name: String)
        /// `STACK_GLOBAL` of what is no text that stands in the pickle.
        case importsComputed
        /// Something else than an import is called: what another call returned.
        case callsMade(String)
        case registered
        case persistent
    }

    private var stack: [Value] = []
    private var memo: [UInt64: Value] = [:]
    private(set) var events: [Event] = []

    /// The values to which tuples and dictionaries are kept; longer ones decide nothing.
    private static let itemsMax = 16

    mutating func takeEvents() -> [Event] {
        defer { self.events.removeAll(keepingCapacity: true) }
        return self.events
    }

    // MARK: Stack

    mutating func push(_ value: Value) throws(Broken) {
        guard self.stack.count + self.memo.count < InspectionLimits.pickleValuesMax else {
            throw Broken(0, "its stack and memo hold more than \(InspectionLimits.pickleValuesMax)")
        }
        self.stack.append(value)
    }

    /// Popping nothing is the pickle's fault, and would end its loading.
    mutating func pop() throws(Broken) -> Value {
        guard let value = self.stack.popLast() else { throw Broken(0, "its stack is empty") }
        return value
    }

    mutating func popToMark() throws(Broken) -> [Value] {
        var values: [Value] = []
        while true {
            let value = try self.pop()
            if case .mark = value { return values.reversed() }
            values.append(value)
        }
    }

    mutating func duplicate() throws(Broken) {
        let value = try self.pop()
        self.stack.append(value)
        try self.push(value)
    }

    mutating func pushTuple(_ count: Int) throws(Broken) {
        var values: [Value] = []
        for _ in 0..<count { values.insert(try self.pop(), at: 0) }
        try self.push(.tuple(values))
    }

    mutating func pushTuple(_ values: [Value]) throws(Broken) {
        try self.push(values.count <= Self.itemsMax ? .tuple(values) : .other)
    }

    // MARK: Memo

    mutating func put(_ index: UInt64) throws(Broken) {
        guard let value = self.stack.last else { throw Broken(0, "its stack is empty") }
        guard self.stack.count + self.memo.count < InspectionLimits.pickleValuesMax else {
            throw Broken(0, "its stack and memo hold more than \(InspectionLimits.pickleValuesMax)")
        }
        self.memo[index] = value
    }

    mutating func memoize() throws(Broken) { try self.put(UInt64(self.memo.count)) }

    mutating func get(_ index: UInt64) throws(Broken) {
        guard let value = self.memo[index] else {
            throw Broken(0, "it asks for what it never kept")
        }
        try self.push(value)
    }

    // MARK: Dictionaries

    /// Sets items of the dictionary below them: key, value, key, value.
    mutating func setItems(_ items: [Value]) throws(Broken) {
        guard case .dictionary(var members) = try self.pop() else { return try self.push(.other) }
        for index in stride(from: 0, to: items.count - 1, by: 2) {
            guard case .text(let key) = items[index] else { continue }
            if members.count < Self.itemsMax { members[key] = items[index + 1] }
        }
        try self.push(.dictionary(members))
    }

    // MARK: What matters

    mutating func importGlobal(_ module: String, _ name: String) throws(Broken) {
        self.events.append(.imports(module: module, name: name))
        try self.push(.imported(module: module, name: name))
    }

    mutating func importFromStack() throws(Broken) {
        let name = try self.pop()
        let module = try self.pop()
        guard case .text(let module) = module, case .text(let name) = name else {
            self.events.append(.importsComputed)
            return try self.push(.other)
        }
        try self.importGlobal(module, name)
    }

    mutating func note(_ event: Event) { self.events.append(event) }

    /// The callable is called, with whatever.
    mutating func call(_ callable: Value) throws(Broken) {
        switch callable {
        case .imported(let module, let name):
            try self.push(.made(of: "\(module).\(name)"))
        case .made(let origin):
            self.events.append(.callsMade(origin))
            try self.push(.made(of: origin))
        case .other:
            self.events.append(.callsMade("something"))
            try self.push(.other)
        case .mark, .text, .number, .tuple, .dictionary:
            throw Broken(0, "it calls what cannot be called")
        }
    }

    /// Gives an object its state; the object stays on the stack.
    ///
    /// - Returns: the class that the object was made of, and the state.
    mutating func build() throws(Broken) -> (origin: String?, state: Value) {
        let state = try self.pop()
        let object = try self.pop()
        self.stack.append(object)
        if case .made(let origin) = object { return (origin, state) }
        return (nil, state)
    }
}
