using System.Reflection;
using System.Text.RegularExpressions;
using Outbox.ProviderContract;

namespace Outbox.Testing.Tests;

/// <summary>docs/writing-a-provider.md says what the source says.</summary>
public partial class ProviderGuideTests
{
    private static readonly string Root = FindRoot();
    private static readonly string Guide = File.ReadAllText(Path.Combine(Root, "docs", "writing-a-provider.md"));

    [Fact]
    public void Every_block_of_code_stands_in_the_file_that_is_named_above_it()
    {
        var quotes = Quote().Matches(Guide);

        Assert.Equal(Regex.Count(Guide, "^```csharp$", RegexOptions.Multiline, TimeSpan.FromSeconds(1)), quotes.Count);
        Assert.All(quotes, quote => Assert.Contains(
            Unindented(quote.Groups["code"].Value),
            Unindented(File.ReadAllText(Path.Combine(Root, quote.Groups["file"].Value))),
            StringComparison.Ordinal));
    }

    [Fact]
    public void Every_case_that_is_named_is_in_the_contract()
    {
        var cases = typeof(StoreFixture).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<ContractFactAttribute>() is not null)
            .Select(method => method.Name)
            .ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(CaseName().Matches(Guide));
        Assert.All(CaseName().Matches(Guide), name => Assert.Contains(name.Groups["name"].Value, cases));
    }

    // A quote stands further to the left than its source: compare without the indentation.
    private static string Unindented(string code) => string.Join('\n', code.Split('\n').Select(line => line.Trim()));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Outbox.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^`(?<file>[\w./]+\.cs)`\n\n```csharp\n(?<code>.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quote();

    [GeneratedRegex(@"`(?<name>[A-Z][a-z]*(_\w+){3,})`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CaseName();
}
