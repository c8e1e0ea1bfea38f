import Basics
import Control
import Kernel

/// What `lb-balancer --help` says.
enum Help {
    static func show() -> Never {
        var text = """
            lb-balancer: balances HTTP requests, or TCP connections, over backends

            usage: lb-balancer [--listen [ADDR:]PORT]… --backend [ADDR:]PORT… [options]

            examples:
              lb-balancer --listen 8080 --backend 3000 --backend 3001
              lb-balancer --backend localhost:3000,name=a,weight=2 --backend localhost:3001
              lb-balancer --mode tcp --listen 6379 --backend 127.0.0.1:7000 --backend 127.0.0.1:7001

            options:

            """
        let width = BalancerOptions.options.map { spelled($0).count }.max() ?? 0
        for option in BalancerOptions.options {
            let name = spelled(option)
            let gap = String(repeating: " ", count: width - name.count + 2)
            text += "  \(name)\(gap)\(option.help)\n"
        }
        DescriptorReference.standardOutput.writeAll(text)
        ThisProcess.exit(0)
    }

    private static func spelled(_ option: Option) -> String {
        var name = "--\(option.name)"
        if let short = option.short { name = "-\(short), " + name }
        if let value = option.value { name += " \(value)" }
        return name
    }
}
