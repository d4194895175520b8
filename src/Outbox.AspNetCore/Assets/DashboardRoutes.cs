using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Outbox.AspNetCore.Security;

namespace Outbox.AspNetCore.Assets;

/// <summary>Serves the dashboard's files. Each has a route of its own: what has no route is not served.</summary>
internal static class DashboardRoutes
{
    private const string Index = "index.html";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(RouteGroupBuilder group)
    {
        foreach (var file in DashboardFile.All)
        {
            var pattern = string.Equals(file.Path, Index, StringComparison.Ordinal) ? "/" : "/" + file.Path;
            group.MapMethods(pattern, Methods, context => ServeAsync(context, file)).ExcludeFromDescription();
        }

        // What is not there is answered here too, with the same headers.
        group.Map("/{**path}", NotFoundAsync).ExcludeFromDescription();
    }

    private static Task NotFoundAsync(HttpContext context)
    {
        SafeHeaders.AddTo(context.Response);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static Task ServeAsync(HttpContext context, DashboardFile file)
    {
        SafeHeaders.AddTo(context.Response);
        if (string.Equals(file.Path, Index, StringComparison.Ordinal) && context.Request.Path.Value is not [.., '/'])
        {
            // The page's URLs are relative: without the slash they would miss the prefix.
            context.Response.Redirect($"{context.Request.PathBase}{context.Request.Path}/{context.Request.QueryString}");
            return Task.CompletedTask;
        }

        context.Response.ContentType = file.ContentType;
        context.Response.ContentLength = file.Content.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(file.Content, context.RequestAborted).AsTask();
    }
}
