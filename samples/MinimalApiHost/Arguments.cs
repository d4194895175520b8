namespace MinimalApiHost;

/// <summary>The command line: three switches, and settings as pairs (<c>--Storage=sqlite</c> or <c>--Storage sqlite</c>).</summary>
internal static class Arguments
{
    public const string Demo = "--demo";
    public const string Verbose = "--verbose";
    public const string QuickStart = "--quickstart";

    private static readonly string[] Switches = [Demo, Verbose, QuickStart];

    /// <exception cref="SettingException">There is an argument that nothing reads: the configuration would skip it without a word.</exception>
    public static void Check(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            if (Switches.Contains(args[i], StringComparer.Ordinal) || args[i].Contains('=', StringComparison.Ordinal))
            {
                continue;
            }

            if (!IsName(args[i]) || i + 1 == args.Count || IsName(args[i + 1]))
            {
                throw new SettingException(
                    $"The argument '{args[i]}' means nothing here. Known are: {string.Join(", ", Switches)}, and settings with their values, such as --Storage=sqlite.");
            }

            i++;
        }
    }

    private static bool IsName(string argument) => argument.StartsWith("--", StringComparison.Ordinal);
}
