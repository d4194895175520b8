namespace MinimalApiHost.Requests;

/// <summary>A request's body, read strictly: see <see cref="JsonBody"/>.</summary>
internal sealed record Body<T>(T Value)
    where T : class
{
    public static async ValueTask<Body<T>?> BindAsync(HttpContext context) => new(await JsonBody.ReadAsync<T>(context.Request));
}
