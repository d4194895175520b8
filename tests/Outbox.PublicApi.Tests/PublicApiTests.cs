using System.Reflection;
using System.Runtime.CompilerServices;

namespace Outbox.PublicApi.Tests;

/// <summary>The public API of each package is written down beside this file. A change that nobody wrote down fails here.</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("Outbox.AspNetCore")]
    [InlineData("Outbox.Core")]
    [InlineData("Outbox.Ed25519")]
    [InlineData("Outbox.EntityFrameworkCore")]
#if HTTP_RESILIENCE
    [InlineData("Outbox.Http.Resilience")]
#endif
#if LITEDB
    [InlineData("Outbox.LiteDb")]
#endif
    [InlineData("Outbox.Postgres")]
    [InlineData("Outbox.Sqlite")]
    [InlineData("Outbox.Testing")]
    public void The_public_API_is_the_one_that_is_written_down(string assembly)
    {
        var actual = PublicApiText.Of(Assembly.Load(assembly));
        var record = Path.Combine(Path.GetDirectoryName(ThisFile())!, assembly + ".txt");
        if (Environment.GetEnvironmentVariable("OUTBOX_ACCEPT_API") is "1")
        {
            File.WriteAllText(record, actual);
        }

        var written = File.Exists(record) ? File.ReadAllText(record) : "";
        Assert.True(
            string.Equals(written, actual, StringComparison.Ordinal),
            $"The public API of {assembly} has changed:\n{Difference(written, actual)}\n"
            + "If that is meant, run this test once with OUTBOX_ACCEPT_API=1, and commit the record with the CHANGELOG.");
    }

    private static string Difference(string written, string actual)
    {
        var before = written.Split('\n').ToHashSet(StringComparer.Ordinal);
        var after = actual.Split('\n').ToHashSet(StringComparer.Ordinal);
        return string.Join('\n', [.. before.Except(after, StringComparer.Ordinal).Select(line => "- " + line), .. after.Except(before, StringComparer.Ordinal).Select(line => "+ " + line)]);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
