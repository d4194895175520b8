using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Outbox.Sqlite.Tests;

namespace MinimalApiHost.Tests;

/// <summary>A host that cannot start says why in one sentence, exits 1, and logs no stack trace beside it.</summary>
public sealed class StartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-start-");

    [Fact]
    public Task A_folder_that_does_not_exist() => RefusesAsync(Database("missing/calls.db"), "missing' of the database", "does not exist");

    [Fact]
    public Task A_folder_where_the_file_should_be() => RefusesAsync(Database(""), "is a folder");

    [Fact]
    public async Task A_file_that_is_no_database()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "calls.db"), new string('x', 5000));

        await RefusesAsync(Database("calls.db"), "is not a SQLite database");
    }

    [Fact]
    public async Task A_database_that_a_newer_release_has_migrated()
    {
        await using var connection = new SqliteConnection(Database("calls.db").Value);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE outbox_schema (version INTEGER); INSERT INTO outbox_schema VALUES (999)";
        await command.ExecuteNonQueryAsync();

        await RefusesAsync(Database("calls.db"), "have version 999");
    }

    [Fact]
    public async Task A_file_where_the_data_folder_should_be()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "data"), "");

        await RefusesAsync(("Storage", "sqlite"), "cannot be made", "ConnectionStrings__Calls");
    }

    [Fact]
    public Task A_switch_that_is_neither_true_nor_false() => RefusesAsync(("Webhooks__AllowLocalReceivers", "maybe"), "Webhooks__AllowLocalReceivers is 'maybe'", "Write true or false.");

    [Fact]
    public Task A_value_that_is_out_of_range() => RefusesAsync(("Webhooks__MaxExcerptBytes", "-1"), "Webhooks__MaxExcerptBytes is -1");

    [Fact]
    public async Task A_port_that_is_taken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        await RefusesAsync(("ASPNETCORE_URLS", $"http://{taken.LocalEndpoint}"), "address already in use", "ASPNETCORE_URLS");
    }

    [Theory]
    [InlineData("--dmeo")]
    [InlineData("demo")]
    [InlineData("--verbose", "--Storage")]
    public async Task An_argument_that_means_nothing(params string[] arguments)
    {
        using var host = ChildHost.Start(_folder.FullName, arguments);

        await RefusesAsync(host, $"The argument '{arguments[^1]}' means nothing", "--demo, --verbose, --quickstart");
    }

    public void Dispose()
    {
        _folder.DeleteWithDatabases();
    }

    private (string Name, string Value) Database(string file) => ("ConnectionStrings__Calls", $"Data Source={Path.Combine(_folder.FullName, file)}");

    private async Task RefusesAsync((string Name, string Value) setting, params string[] expected)
    {
        using var host = ChildHost.Start(_folder.FullName, [], setting);
        await RefusesAsync(host, expected);
    }

    private static async Task RefusesAsync(ChildHost host, params string[] expected)
    {
        Assert.Equal(1, await host.ExitedAsync());

        Assert.All(expected, part => Assert.Contains(part, host.Errors, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', host.Errors);
        Assert.DoesNotContain("   at ", host.Output + host.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Hosting failed", host.Output, StringComparison.Ordinal);
    }
}
