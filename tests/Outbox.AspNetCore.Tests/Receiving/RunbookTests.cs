using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Outbox.Sqlite.Tests;

namespace Outbox.AspNetCore.Tests.Receiving;

/// <summary>
/// Truedy's runbook for receivers: a key from the payload, looked for before the work and recorded with it, and 2xx for repeats. Its own deliveries
/// have no id.
/// </summary>
public sealed class RunbookTests : IAsyncLifetime
{
    private const string Secret = "truedy-signing-secret";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-");
    private WebApplication _app = null!;

    private string ConnectionString => $"Data Source={Path.Combine(_folder.FullName, "calls.db")}";

    public async Task InitializeAsync()
    {
        await using (var connection = await OpenAsync())
        {
            await WebhookInbox.CreateTableAsync(connection);
            await RunAsync(connection, "CREATE TABLE calls (id TEXT PRIMARY KEY)");
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        DocumentedCodeOfRunbook.Map(_app, Secret, ConnectionString, new WebhookInbox());
        await _app.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.DeleteWithDatabases();
    }

    [Fact]
    public async Task A_repeat_is_answered_2xx_and_not_processed_again()
    {
        Assert.Equal(HttpStatusCode.OK, await PostAsync("call.ended", "uv_call_1"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync("call.ended", "uv_call_1"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync("call.ended", "uv_call_2"));

        Assert.Equal(2, await CountAsync("calls"));
    }

    [Fact]
    public async Task What_could_not_be_processed_is_not_recorded_and_the_repeat_processes_it()
    {
        await using (var connection = await OpenAsync())
        {
            await RunAsync(connection, "ALTER TABLE calls RENAME TO away");
            await Assert.ThrowsAsync<SqliteException>(() => PostAsync("call.ended", "uv_call_1"));
            await RunAsync(connection, "ALTER TABLE away RENAME TO calls");
        }

        Assert.Equal(0, await CountAsync("webhook_inbox"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync("call.ended", "uv_call_1"));
        Assert.Equal(1, await CountAsync("calls"));
    }

    private async Task<HttpStatusCode> PostAsync(string type, string call)
    {
        var body = JsonSerializer.Serialize(new { @event = type, timestamp = "2026-03-18T14:32:00.000Z", data = new { call = new { callId = call, duration = 142 } } });
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{timestamp}.{body}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/truedy") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Truedy-Timestamp", timestamp);
        request.Headers.Add("X-Truedy-Signature", Convert.ToHexStringLower(signature));
        using var client = _app.GetTestClient();
        return (await client.SendAsync(request)).StatusCode;
    }

    private async Task<SqliteConnection> OpenAsync()
    {
        var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private async Task<long> CountAsync(string table)
    {
        await using var connection = await OpenAsync();
        return (long)(await RunAsync(connection, $"SELECT count(*) FROM {table}"))!;
    }

    private static async Task<object?> RunAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own statements.
        command.CommandText = sql;
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}
