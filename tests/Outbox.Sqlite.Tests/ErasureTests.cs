using System.Text;
using Outbox.Storage;

namespace Outbox.Sqlite.Tests;

public sealed class ErasureTests : IDisposable
{
    private const string Subject = "call_of_a_person";

    private readonly DatabaseFixture _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task What_was_erased_is_in_none_of_the_databases_files()
    {
        var stores = await _database.OpenAsync();
        await PutAsync(stores, Some.Endpoint());
        await PutAsync(stores, Some.Endpoint($"call:{Subject}") with { Url = $"https://example.com/{Subject}" });
        await stores.EnqueueAsync(Some.Event($$"""{"said":"{{new string('x', 9_000)}}, {{Subject}}"}""") with
        {
            Subject = Subject,
            OrderingKey = Subject,
            IdempotencyKey = Subject,
            Headers = $$"""{"X-Call":"{{Subject}}"}""",
            Scopes = ["all", $"call:{Subject}"],
        });
        Assert.NotEmpty(FilesWith(Subject));

        var erased = await stores.Deliveries.EraseAsync(Subject, null, CancellationToken.None);

        Assert.Equal(new ErasureResult(1, 2, 1), erased);
        Assert.Empty(FilesWith(Subject));
    }

    private static async Task PutAsync(Stores stores, StoredEndpoint endpoint) =>
        await stores.Endpoints.PutAsync(new EndpointLookup { Id = endpoint.Id }, _ => endpoint, null, CancellationToken.None);

    private List<string> FilesWith(string text) =>
        [.. Directory.EnumerateFiles(_database.Folder).Where(file => Bytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0)];

    private static byte[] Bytes(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
