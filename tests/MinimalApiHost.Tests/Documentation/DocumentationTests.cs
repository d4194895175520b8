using System.Diagnostics;
using System.Text.RegularExpressions;
using Outbox.Tests.Signing;

namespace MinimalApiHost.Tests.Documentation;

/// <summary>README and docs/ say what compiles, and name what exists.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Root = FindRoot();

    /// <summary>Compared with the provider's source by a test of its own.</summary>
    private static readonly string[] ComparedElsewhere = ["writing-a-provider.md"];

    private static IEnumerable<string> Pages => Directory.GetFiles(Path.Combine(Root, "docs"), "*.md")
        .Where(page => !ComparedElsewhere.Contains(Path.GetFileName(page)))
        .Append(Path.Combine(Root, "README.md"));

    [Fact]
    public void READMEs_quick_start_is_the_samples()
    {
        var source = File.ReadAllText(Path.Combine(Root, "samples", "MinimalApiHost", "QuickStart.cs"));
        var region = QuickStart().Match(source).Groups["code"].Value;

        Assert.Equal(Unindented(region), Unindented(Blocks(Path.Combine(Root, "README.md")).First()));
    }

    [Fact]
    public void Every_block_of_code_is_compiled_in_a_sample_or_in_these_tests()
    {
        var compiled = Unindented(
            string.Join('\n', Directory.GetFiles(Path.Combine(Root, "tests"), "DocumentedCode*.cs", SearchOption.AllDirectories)
                .Concat(Directory.GetFiles(Path.Combine(Root, "samples"), "*.cs", SearchOption.AllDirectories))
                .Select(File.ReadAllText)));

        foreach (var page in Pages)
        {
            foreach (var block in Blocks(page))
            {
                Assert.True(compiled.Contains(Unindented(block), StringComparison.Ordinal), $"{Path.GetFileName(page)} has code that no DocumentedCode.cs compiles:\n{block}");
            }
        }
    }

    [Theory]
    [InlineData("GettingStarted")]
    [InlineData("WorkerService")]
    public void A_whole_program_of_the_first_guide_is_the_samples(string sample)
    {
        var program = File.ReadAllText(Path.Combine(Root, "samples", sample, "Program.cs"));

        Assert.Contains(program.Trim(), Blocks(Path.Combine(Root, "docs", "getting-started.md")).Select(block => block.Trim()));
    }

    [Fact]
    public void Every_link_to_a_file_of_the_repository_leads_somewhere()
    {
        foreach (var page in Pages)
        {
            foreach (Match link in Link().Matches(File.ReadAllText(page)))
            {
                var target = Path.Combine(Path.GetDirectoryName(page)!, link.Groups["path"].Value);
                Assert.True(File.Exists(target), $"{Path.GetFileName(page)} links to {link.Groups["path"].Value}, which is not there.");
            }
        }
    }

    [Fact]
    public void READMEs_commands_are_what_CI_runs()
    {
        var ci = File.ReadAllText(Path.Combine(Root, ".ci", "run"));

        foreach (var command in (string[])["dotnet run --project samples/MinimalApiHost -- --demo", "dotnet test Outbox.sln"])
        {
            Assert.Contains(command, File.ReadAllText(Path.Combine(Root, "README.md")), StringComparison.Ordinal);
            Assert.Contains(command, ci, StringComparison.Ordinal);
        }
    }

    [ToolFact("curl")]
    public async Task READMEs_requests_are_answered()
    {
        var folder = Directory.CreateTempSubdirectory("outbox-readme-");
        try
        {
            using var host = ChildHost.Start(
                folder.FullName, [], ("Webhooks__AllowLocalReceivers", "true"), ("ApiKeys__0__Key", "demo-key"), ("ApiKeys__0__Scopes__0", "voice:call"));
            var url = (await host.ListeningAsync()).ToString().TrimEnd('/');
            var script = Script().Match(File.ReadAllText(Path.Combine(Root, "README.md"))).Groups["code"].Value.Replace("http://localhost:5000", url, StringComparison.Ordinal);
            using var shell = Process.Start(new ProcessStartInfo("bash", ["-e", "-c", script]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;

            var output = await shell.StandardOutput.ReadToEndAsync();
            await shell.WaitForExitAsync();

            Assert.True(shell.ExitCode == 0, output + await shell.StandardError.ReadToEndAsync());
            Assert.Contains("\"secretLast4\":\"long\"", output, StringComparison.Ordinal);
            Assert.Contains("\"eventType\":\"call.ended\"", output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Every_test_that_the_guarantees_name_is_there()
    {
        var tests = Directory.GetFiles(Path.Combine(Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => TestMethod().Matches(File.ReadAllText(file)))
            .Select(test => test.Groups["name"].Value)
            .ToHashSet(StringComparer.Ordinal);
        var named = NamedTest().Matches(File.ReadAllText(Path.Combine(Root, "docs", "guarantees.md"))).Select(name => name.Groups["name"].Value).ToList();

        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.True(tests.Contains(name), $"guarantees.md names the test {name}, which is not there."));
    }

    private static IEnumerable<string> Blocks(string page) => Block().Matches(File.ReadAllText(page)).Select(match => match.Groups["code"].Value);

    private static string Unindented(string code) => string.Join('\n', code.Split('\n').Select(line => line.Trim())).Trim();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Outbox.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"// <quickstart>\n(?<code>.*?)\n\s*// </quickstart>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex QuickStart();

    [GeneratedRegex(@"^```sh\n(?<code>.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Script();

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Block();

    [GeneratedRegex(@"\[(\w*(Fact|Theory))[^\n]*\n(\s*[\[#][^\n]*\n)*\s*public (async )?(Task|void) (?<name>\w+)\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TestMethod();

    [GeneratedRegex(@"`(?<name>[A-Z]\w*_\w+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"\]\((?!https?:|#)(?<path>[^)#]+)[^)]*\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
