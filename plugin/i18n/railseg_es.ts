<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" sourcelanguage="en" language="es">
  <context>
    <name>RailSeg</name>
    <message>
      <source>No part of the area lies on the picture. Choose another area, or check its coordinate reference system.</source>
      <translation>Nada de la zona está sobre la imagen. Elija otra o compruebe su sistema de referencia de coordenadas.</translation>
    </message>
    <message>
      <source>The extent to work on is empty. Choose another.</source>
      <translation>La extensión de trabajo está vacía. Elija otra.</translation>
    </message>
    <message>
      <source>The area lies outside the range of the picture's map projection. Check the area's CRS.</source>
      <translation>La zona está donde la proyección de la imagen no alcanza. Compruebe el SRC de la zona.</translation>
    </message>
    <message>
      <source>Railway</source>
      <translation>Ferrocarril</translation>
    </message>
    <message>
      <source>{name} will be a table without lines or points. Choose .gpkg to see them on the map.</source>
      <translation>{name} será una tabla sin líneas ni puntos. Elija .gpkg para verlos en el mapa.</translation>
    </message>
    <message>
      <source>The run was stopped because RailSeg's environment is being rebuilt. Run it again.</source>
      <translation>La ejecución se terminó porque el entorno de RailSeg se está creando de nuevo. Ejecútela otra vez.</translation>
    </message>
    <message>
      <source>The finished part is kept for a week: run the same again to continue.</source>
      <translation>La parte terminada se guarda una semana: ejecute lo mismo otra vez para continuar.</translation>
    </message>
    <message>
      <source>The layer {name} was edited during the run, which has replaced its data. Discard those edits: they belong to what was there before.</source>
      <translation>La capa {name} se editó durante la ejecución, que ha sustituido sus datos. Descarte esos cambios: corresponden a lo que había antes.</translation>
    </message>
    <message>
      <source>Clean railway mask</source>
      <translation>Limpiar máscara de vías férreas</translation>
    </message>
    <message>
      <source>rail,track,mask,morphology,opening,closing,erosion,dilation</source>
      <translation>carril,vía,vía férrea,ferrocarril,máscara,morfología,apertura,cierre,erosión,dilatación</translation>
    </message>
    <message>
      <source>Cleans a mask of railway tracks: an opening removes specks and thin bridges, then a closing fills gaps. Sizes are in metres on the ground.

In a mask, non-zero pixels are track; in a probability raster, those that reach the threshold.</source>
      <translation>Limpia una máscara de vías férreas: una apertura elimina manchas y puentes delgados, después un cierre rellena huecos. Los tamaños son metros sobre el terreno.

Una máscara tiene píxeles distintos de cero donde hay vía; de un ráster de probabilidad cuentan los que alcanzan el umbral.</translation>
    </message>
    <message>
      <source>Removes specks from a mask of railway tracks and fills its gaps.</source>
      <translation>Elimina manchas de una máscara de vías férreas y rellena sus huecos.</translation>
    </message>
    <message>
      <source>Cleaned mask</source>
      <translation>Máscara limpia</translation>
    </message>
    <message>
      <source>The cleaned mask.</source>
      <translation>La máscara limpia.</translation>
    </message>
    <message>
      <source>Compare railway with a map</source>
      <translation>Comparar vías férreas con un mapa</translation>
    </message>
    <message>
      <source>rail,track,openstreetmap,osm,change,update,difference,conflation,asset register,compare</source>
      <translation>carril,vía,vía férrea,openstreetmap,osm,cambio,actualización,diferencia,conflación,inventario de activos,comparar</translation>
    </message>
    <message>
      <source>Compares extracted tracks with lines that you have, such as an OpenStreetMap export or an asset register: what was extracted but isn't in the map (new), what is in the map but wasn't extracted (missing), and what is in both, either in the same place (matched) or shifted, by offset_dm decimetres to the left of the map's line, in the direction of the extracted track.

Tracks are matched one to one: where the map has one of two tracks, the other is new. The layers may have any coordinate reference systems. If the map extends beyond the picture, choose the picture as well; otherwise all that lies outside it is missing.</source>
      <translation>Compara las vías extraídas con líneas que usted tiene, como un extracto de OpenStreetMap o un inventario de activos: lo que se extrajo y no está en el mapa (nuevo), lo que está en el mapa y no se extrajo (ausente), y lo que está en ambos, en su sitio (coincidente) o fuera de él (desplazado, offset_dm decímetros a la izquierda de la línea del mapa, en el sentido de la vía extraída).

Las vías se emparejan una a una: donde el mapa tiene una de dos vías, la otra es nueva. Las capas pueden tener cualquier sistema de referencia de coordenadas. Elija también la imagen si el mapa va más allá de ella, o todo lo que haya allí contará como ausente.</translation>
    </message>
    <message>
      <source>Shows what extracted tracks have that an existing map doesn't, and the other way round.</source>
      <translation>Dice qué tienen las vías extraídas que un mapa existente no tiene, y a la inversa.</translation>
    </message>
    <message>
      <source>Map</source>
      <translation>Mapa</translation>
    </message>
    <message>
      <source>The lines to compare with, one per track. All of them count: filter the layer where it has others, such as roads or dismantled railways.</source>
      <translation>Las líneas con las que comparar, una por vía. Todas cuentan: filtre la capa si contiene otras, como carreteras o vías desmanteladas.</translation>
    </message>
    <message>
      <source>Minimum shift (m)</source>
      <translation>Desplazada desde (m)</translation>
    </message>
    <message>
      <source>The offset from which a track counts as shifted, in metres on the ground, averaged over 25 m of track.</source>
      <translation>Desde qué desviación se considera desplazada una vía, en metros sobre el terreno, de media en 25 m.</translation>
    </message>
    <message>
      <source>Search distance (m)</source>
      <translation>Distancia de búsqueda (m)</translation>
    </message>
    <message>
      <source>How far a track may lie from its place in the map, in metres on the ground: less than the distance between two tracks.</source>
      <translation>A qué distancia puede estar una vía de donde la tiene el mapa, en metros sobre el terreno: menos que la distancia entre dos vías.</translation>
    </message>
    <message>
      <source>New tracks</source>
      <translation>Vías nuevas</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that aren't in the map; track_id is the track's.</source>
      <translation>Partes de las vías extraídas que el mapa no tiene; track_id es el de la vía.</translation>
    </message>
    <message>
      <source>Missing tracks</source>
      <translation>Vías ausentes</translation>
    </message>
    <message>
      <source>Parts of the map's lines that were not extracted; reference_fid is the feature's id in the map.</source>
      <translation>Partes de las líneas del mapa que no se extrajeron; reference_fid es el identificador del objeto en el mapa.</translation>
    </message>
    <message>
      <source>Shifted tracks</source>
      <translation>Vías desplazadas</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks, 25 m long at most, that the map has elsewhere: offset_dm decimetres off.</source>
      <translation>Partes de las vías extraídas, de 25 m como mucho, que el mapa tiene en otro lugar: desplazadas offset_dm decímetros.</translation>
    </message>
    <message>
      <source>Matched tracks</source>
      <translation>Vías coincidentes</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that the map has in the same place.</source>
      <translation>Partes de las vías extraídas que el mapa tiene donde están.</translation>
    </message>
    <message>
      <source>Length of the new tracks (m)</source>
      <translation>Longitud de las vías nuevas (m)</translation>
    </message>
    <message>
      <source>Length of the missing tracks (m)</source>
      <translation>Longitud de las vías ausentes (m)</translation>
    </message>
    <message>
      <source>Length of the shifted tracks (m)</source>
      <translation>Longitud de las vías desplazadas (m)</translation>
    </message>
    <message>
      <source>Length of the matched tracks (m)</source>
      <translation>Longitud de las vías coincidentes (m)</translation>
    </message>
    <message>
      <source>Mean distance of the shifted and matched tracks (dm)</source>
      <translation>Distancia media de las vías desplazadas y coincidentes (dm)</translation>
    </message>
    <message>
      <source>Two outputs have the same name: {path}. Give them different names.</source>
      <translation>Dos salidas tienen el mismo nombre: {path}. Dé a cada una un nombre propio.</translation>
    </message>
    <message>
      <source>{path} is an input: an output would replace it. Give the output another name.</source>
      <translation>{path} es lo que se lee: una salida lo reemplazaría. Dé otro nombre a la salida.</translation>
    </message>
    <message>
      <source>The layer {name} is being edited, and an output would replace its data ({path}). Save or discard its edits, or give the output another name.</source>
      <translation>La capa {name} se está editando y una salida sustituiría sus datos ({path}). Guarde o descarte sus cambios, o dé otro nombre a la salida.</translation>
    </message>
    <message>
      <source>{name} can't be written: the folder {folder} doesn't exist or is read-only. Choose another.</source>
      <translation>No se puede escribir {name}: la carpeta {folder} no existe o es de solo lectura. Elija otra.</translation>
    </message>
    <message>
      <source>{path} contains other layers, which would be lost: {layers}. Add the output to it with 'Save to GeoPackage…', or give the output another name.</source>
      <translation>{path} contiene otras capas, que se perderían: {layers}. Añada la salida con «Guardar en GeoPackage…» o dele otro nombre.</translation>
    </message>
    <message>
      <source>QGIS can't open {path} because of the %. Choose a folder and a name without it.</source>
      <translation>QGIS no puede abrir {path} a causa del %. Elija una carpeta y un nombre sin ese signo.</translation>
    </message>
    <message>
      <source>{name} can't be written as {ending}, which has no room for the fields. Choose .gpkg and export that.</source>
      <translation>{name} no se puede escribir como {ending}: el formato no admite los campos. Elija .gpkg y expórtelo después.</translation>
    </message>
    <message>
      <source>{name} can't be written: the database {database} can't be reached. Check its connection and your password, or choose another output.</source>
      <translation>No se puede escribir {name}: no se puede acceder a la base de datos {database}. Compruebe la conexión y su contraseña, o elija otra salida.</translation>
    </message>
    <message>
      <source>Evaluate railway</source>
      <translation>Evaluar vías férreas</translation>
    </message>
    <message>
      <source>rail,track,switch,quality,accuracy,completeness,correctness,reference,compare,validate</source>
      <translation>carril,vía,vía férrea,desvío,aguja,calidad,exactitud,compleción,corrección,referencia,comparar,validar</translation>
    </message>
    <message>
      <source>Compares extracted tracks with tracks that you know to be right: how much was found, how much of what was drawn is right, how far off it is, whether the number of tracks is right from place to place, whether switches are where they should be, and whether the routes along the tracks are the same.

The layers may have any coordinate reference systems. If the reference extends beyond the picture, choose the picture as well. Reference features are ignored if their field state is 'hidden' or their field what is 'ignore'. The reference has a switch wherever three tracks meet.

A figure that can't be calculated, such as the share of switches found where the reference has none, is left out.</source>
      <translation>Compara las vías extraídas con vías que se sabe que son correctas: cuánto se encontró, cuánto de lo dibujado es correcto, a qué distancia queda, si el número de vías es correcto de un lugar a otro, si los desvíos están donde deben y si los recorridos a lo largo de las vías son los mismos.

Las capas pueden tener cualquier sistema de referencia de coordenadas. Elija también la imagen si la referencia va más allá de ella. Los objetos de referencia no cuentan si su campo state es 'hidden' o su campo what es 'ignore'. Los desvíos de la referencia están donde se juntan tres vías.

Una cifra de la que nada se puede decir, como la proporción de desvíos cuando la referencia no tiene ninguno, se omite.</translation>
    </message>
    <message>
      <source>Measures how good extracted railway tracks are, against tracks that you know to be right.</source>
      <translation>Dice la calidad de las vías férreas extraídas, frente a vías que se sabe que son correctas.</translation>
    </message>
    <message>
      <source>Extracted nodes</source>
      <translation>Nodos extraídos</translation>
    </message>
    <message>
      <source>The nodes that 'Extract railway' has drawn: those whose field railway is 'switch' are compared. Empty: there is a switch wherever three tracks meet.</source>
      <translation>Los nodos que ha dibujado 'Extraer vías férreas': se comparan aquellos cuyo campo railway es 'switch'. Vacío: los desvíos están donde se juntan tres vías.</translation>
    </message>
    <message>
      <source>Reference tracks</source>
      <translation>Vías de referencia</translation>
    </message>
    <message>
      <source>The centre lines of the tracks that are really there, traced or surveyed.</source>
      <translation>Los ejes de las vías que existen de verdad, trazados o levantados.</translation>
    </message>
    <message>
      <source>Tolerance (m)</source>
      <translation>Tolerancia (m)</translation>
    </message>
    <message>
      <source>How far a line may be from the reference, in metres on the ground: less than half the distance between two tracks, or the neighbouring track counts.</source>
      <translation>A qué distancia puede estar una línea de la referencia, en metros sobre el terreno: menos que la mitad de la distancia entre dos vías, o contará la vía vecina.</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that are right; offset_cm is positive to the left.</source>
      <translation>Partes de las vías extraídas que son correctas; offset_cm es hacia la izquierda.</translation>
    </message>
    <message>
      <source>Missed tracks</source>
      <translation>Vías omitidas</translation>
    </message>
    <message>
      <source>Parts of the reference that have no extracted track.</source>
      <translation>Partes de la referencia que no tienen vía extraída.</translation>
    </message>
    <message>
      <source>False tracks</source>
      <translation>Vías falsas</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that have no reference.</source>
      <translation>Partes de las vías extraídas que no tienen referencia.</translation>
    </message>
    <message>
      <source>Compared switches</source>
      <translation>Desvíos comparados</translation>
    </message>
    <message>
      <source>outcome: matched, missed or false; along_m: how far a matched switch lies beyond the one in the reference.</source>
      <translation>outcome: matched (emparejado), missed (omitido) o false (falso); along_m: cuánto más allá del de la referencia está uno emparejado.</translation>
    </message>
    <message>
      <source>Completeness: share of the reference that was found</source>
      <translation>Compleción: proporción de la referencia que se encontró</translation>
    </message>
    <message>
      <source>Correctness: share of the extracted tracks that is right</source>
      <translation>Corrección: proporción de las vías extraídas que es correcta</translation>
    </message>
    <message>
      <source>Quality: correct length divided by all that was extracted or missed</source>
      <translation>Calidad: longitud correcta sobre todo lo extraído u omitido</translation>
    </message>
    <message>
      <source>Redundancy: share of the right tracks that is drawn twice</source>
      <translation>Redundancia: proporción de las vías correctas que está dibujada dos veces</translation>
    </message>
    <message>
      <source>Lateral offset, root mean square (cm)</source>
      <translation>Desviación lateral, media cuadrática (cm)</translation>
    </message>
    <message>
      <source>Lateral offset, mean to the left (cm)</source>
      <translation>Desviación lateral, media hacia la izquierda (cm)</translation>
    </message>
    <message>
      <source>Lateral offset that 95 % do not exceed (cm)</source>
      <translation>Desviación lateral que el 95 % no supera (cm)</translation>
    </message>
    <message>
      <source>Gaps per km</source>
      <translation>Huecos por km</translation>
    </message>
    <message>
      <source>Length of the reference (m)</source>
      <translation>Longitud de la referencia (m)</translation>
    </message>
    <message>
      <source>Length of the extracted tracks (m)</source>
      <translation>Longitud de las vías extraídas (m)</translation>
    </message>
    <message>
      <source>Share of cross-sections with the right number of tracks</source>
      <translation>Proporción de secciones transversales con el número correcto de vías</translation>
    </message>
    <message>
      <source>Mean error of the number of tracks</source>
      <translation>Error medio del número de vías</translation>
    </message>
    <message>
      <source>Switches of the reference</source>
      <translation>Desvíos de la referencia</translation>
    </message>
    <message>
      <source>Extracted switches</source>
      <translation>Desvíos extraídos</translation>
    </message>
    <message>
      <source>Share of the extracted switches that is right</source>
      <translation>Proporción de los desvíos extraídos que es correcta</translation>
    </message>
    <message>
      <source>Share of the reference's switches that was found</source>
      <translation>Proporción de los desvíos de la referencia que se encontró</translation>
    </message>
    <message>
      <source>Harmonic mean of both</source>
      <translation>Media armónica de ambas</translation>
    </message>
    <message>
      <source>Switches' offset along the track, root mean square (m)</source>
      <translation>Desviación de los desvíos a lo largo de la vía, media cuadrática (m)</translation>
    </message>
    <message>
      <source>Share of the switches found that branch off to the correct side</source>
      <translation>Proporción de los desvíos encontrados que se abren hacia el lado correcto</translation>
    </message>
    <message>
      <source>Path similarity: whether routes along the tracks are the same</source>
      <translation>Similitud de recorridos: si los recorridos a lo largo de las vías son los mismos</translation>
    </message>
    <message>
      <source>The layer {name} has no field railway. Choose nodes that RailSeg has drawn, or none.</source>
      <translation>La capa {name} no tiene el campo railway. Elija nodos que haya dibujado RailSeg, o ninguno.</translation>
    </message>
    <message>
      <source>Export training chips</source>
      <translation>Exportar recortes de entrenamiento</translation>
    </message>
    <message>
      <source>rail,track,training,chips,tiles,labels,mask,deep learning,fine-tune,annotation</source>
      <translation>carril,vía,vía férrea,entrenamiento,recortes,teselas,etiquetas,máscara,aprendizaje profundo,ajuste fino,anotación</translation>
    </message>
    <message>
      <source>Cuts a picture, and the tracks that you traced in it, into pairs of small pictures that RailSeg's training reads: NAME.png and NAME_target.png, at 0.2 m per pixel. In the target, red is track, green its centre line, and blue what is ignored.

Trace one line per track, midway between its rails. Whatever isn't traced is taken for background, so choose an area in which every track is traced. Lines with the field state = 'hidden' or what = 'ignore' are ignored, those rejected in the review are background. Instead of lines you can use polygons of the ground that the tracks cover, one per track: those wider than 4 m are ignored.</source>
      <translation>Corta una imagen, y las vías que usted ha trazado en ella, en pares de imágenes pequeñas que lee el entrenamiento de RailSeg: NOMBRE.png y NOMBRE_target.png, a 0,2 m, en las que el rojo es vía, el verde su eje y el azul lo que no cuenta.

Trace una línea por vía, en el medio entre sus carriles. Lo que no está trazado se toma por terreno: elija la zona en la que están trazadas todas las vías. Las líneas con el campo state = 'hidden' o what = 'ignore' no cuentan, las rechazadas en la revisión son terreno. En su lugar puede haber polígonos de la superficie de las vías, uno por vía: los de más de 4 m de ancho no cuentan.</translation>
    </message>
    <message>
      <source>Cuts a picture and the tracks traced in it into chips that RailSeg's training reads.</source>
      <translation>Corta una imagen y las vías trazadas en ella en recortes que lee el entrenamiento de RailSeg.</translation>
    </message>
    <message>
      <source>Traced tracks</source>
      <translation>Vías trazadas</translation>
    </message>
    <message>
      <source>The centre lines of all tracks in the area, one line each; or polygons of the ground that they cover.</source>
      <translation>Los ejes de todas las vías de la zona, una línea cada uno; o polígonos de la superficie que ocupan.</translation>
    </message>
    <message>
      <source>Side of a chip (m)</source>
      <translation>Lado de un recorte (m)</translation>
    </message>
    <message>
      <source>In metres on the ground; 102.4 m are 512 pixels of 0.2 m.</source>
      <translation>En metros sobre el terreno; 102,4 m son 512 píxeles de 0,2 m.</translation>
    </message>
    <message>
      <source>Chips without track per chip with track</source>
      <translation>Recortes sin vía por cada uno con vía</translation>
    </message>
    <message>
      <source>0: only chips that a track crosses; 1: as many without as with. Empty: all chips.</source>
      <translation>0: solo los recortes que cruza una vía; 1: otros tantos sin vía. Vacío: todos los que haya.</translation>
    </message>
    <message>
      <source>Folder of chips</source>
      <translation>Carpeta de los recortes</translation>
    </message>
    <message>
      <source>Existing chips of this picture are replaced; those of others are kept.</source>
      <translation>Los recortes de esta imagen que ya existen se sustituyen; los de otras se quedan.</translation>
    </message>
    <message>
      <source>Number of chips</source>
      <translation>Número de recortes</translation>
    </message>
    <message>
      <source>Number of chips with a track</source>
      <translation>Número de recortes con vía</translation>
    </message>
    <message>
      <source>Extract railway</source>
      <translation>Extraer vías férreas</translation>
    </message>
    <message>
      <source>rail,railroad,track,switch,turnout,orthophoto,drone,uav,deep learning,segmentation</source>
      <translation>carril,vía,vía férrea,ferrocarril,desvío,aguja,ortofoto,dron,uav,aprendizaje profundo,segmentación</translation>
    </message>
    <message>
      <source>Draws the railway tracks in an aerial or drone picture as lines: one line per track between two nodes, and switches, crossings and ends as nodes.

A neural network finds the tracks, morphological opening and closing clean the mask, and its centre lines become the tracks. All lengths are in metres on the ground. Doubtful tracks and nodes have the status 'review'.

Everything runs on this machine; you can cancel at any time.</source>
      <translation>Dibuja como líneas las vías férreas de una imagen aérea o de dron: una línea por vía entre dos nodos, y los desvíos, travesías y finales de vía como nodos.

Una red neuronal encuentra las vías, una apertura y un cierre limpian la máscara, y de su medio salen las líneas. Todas las longitudes son metros sobre el terreno. Lo que es dudoso tiene el estado 'review'.

Todo se ejecuta en este equipo; Cancelar funciona en cualquier momento.</translation>
    </message>
    <message>
      <source>Draws the railway tracks in an aerial or drone picture as lines.</source>
      <translation>Dibuja como líneas las vías férreas de una imagen aérea o de dron.</translation>
    </message>
    <message>
      <source>Extract railway from a folder</source>
      <translation>Extraer vías férreas de una carpeta</translation>
    </message>
    <message>
      <source>rail,railroad,track,switch,turnout,orthophoto,tiles,mosaic,directory,batch</source>
      <translation>carril,vía,vía férrea,ferrocarril,desvío,aguja,ortofoto,teselas,mosaico,directorio,lote</translation>
    </message>
    <message>
      <source>Draws the railway tracks in all pictures of a folder as if they were one picture: tracks continue across the seams.

The folder may hold up to 500 GeoTIFF, JPEG 2000, JPEG, PNG and IMG files; subfolders are ignored. The pictures may have different coordinate reference systems, such as two UTM zones: the layers get the one that most of them have. Where pictures overlap, the first by name counts.

Everything else is as in 'Extract railway'.</source>
      <translation>Dibuja las vías férreas de todas las imágenes de una carpeta, vistas como una sola: las vías pasan de una imagen a otra.

Hasta 500 archivos GeoTIFF, JPEG 2000, JPEG, PNG e IMG, sin los de sus subcarpetas. Pueden tener sistemas de referencia de coordenadas distintos, como dos husos UTM: las capas tienen el de la mayoría. Donde las imágenes se solapan, cuenta la primera por su nombre.

Todo lo demás es como en 'Extraer vías férreas'.</translation>
    </message>
    <message>
      <source>Draws the railway tracks in all pictures of a folder as lines.</source>
      <translation>Dibuja como líneas las vías férreas de todas las imágenes de una carpeta.</translation>
    </message>
    <message>
      <source>Folder of pictures</source>
      <translation>Carpeta de imágenes</translation>
    </message>
    <message>
      <source>Georeferenced rasters with a ground sampling distance of 1 m or finer.</source>
      <translation>Rásteres georreferenciados con una resolución sobre el terreno de 1 m o más fina.</translation>
    </message>
    <message>
      <source>The folder {folder} doesn't exist. Choose another.</source>
      <translation>La carpeta {folder} no existe. Elija otra.</translation>
    </message>
    <message>
      <source>Extracted tracks</source>
      <translation>Vías extraídas</translation>
    </message>
    <message>
      <source>The tracks that 'Extract railway' has drawn, or any other lines. Tracks rejected in the review are left out.</source>
      <translation>Las vías que ha dibujado 'Extraer vías férreas', salvo las rechazadas en la revisión; o cualesquiera líneas.</translation>
    </message>
    <message>
      <source>Picture</source>
      <translation>Imagen</translation>
    </message>
    <message>
      <source>Only the parts of both layers that lie on the picture count. Empty: all lines count.</source>
      <translation>Solo cuenta lo que está sobre ella, de ambas capas. Vacío: cuentan todas las líneas.</translation>
    </message>
    <message>
      <source>Only the parts of both layers that lie in these polygons, or beside these lines, count. Empty: all lines count.</source>
      <translation>De ambas capas solo cuenta lo que está en estos polígonos o junto a estas líneas. Vacío: todas las líneas.</translation>
    </message>
    <message>
      <source>None of the tracks lies in the area. Choose another, or check the layers' CRS.</source>
      <translation>Ninguna vía está dentro de la zona. Elija otra o compruebe el SRC de las capas.</translation>
    </message>
    <message>
      <source>Railway tracks</source>
      <translation>Vías férreas</translation>
    </message>
    <message>
      <source>One line per track between two nodes, with its length, confidence and status.</source>
      <translation>Una línea por vía entre dos nodos, con su longitud, confianza y estado.</translation>
    </message>
    <message>
      <source>Railway nodes</source>
      <translation>Nodos ferroviarios</translation>
    </message>
    <message>
      <source>Switches, crossings, ends, and where a track is cut by the edge of the picture or area.</source>
      <translation>Desvíos, travesías, finales de vía y dónde corta una vía el borde de la imagen o de la zona.</translation>
    </message>
    <message>
      <source>Railway map (GeoPackage with all layers)</source>
      <translation>Mapa ferroviario (GeoPackage con todas las capas)</translation>
    </message>
    <message>
      <source>GeoPackage (*.gpkg)</source>
      <translation>GeoPackage (*.gpkg)</translation>
    </message>
    <message>
      <source>Tracks, nodes, which track leads into which (rail_relation) and how the map was made, in one file.</source>
      <translation>Vías, nodos, qué vía lleva a cuál (rail_relation) y cómo se hizo, en un archivo.</translation>
    </message>
    <message>
      <source>Number of tracks</source>
      <translation>Número de vías</translation>
    </message>
    <message>
      <source>Number of nodes</source>
      <translation>Número de nodos</translation>
    </message>
    <message>
      <source>Total length (m)</source>
      <translation>Longitud total (m)</translation>
    </message>
    <message>
      <source>Number of tracks and nodes to review</source>
      <translation>Número de vías y nodos por revisar</translation>
    </message>
    <message>
      <source>{tracks} tracks, {length:.0f} m in all; {nodes} nodes; {review} to review</source>
      <translation>Vías: {tracks}, {length:.0f} m en total; nodos: {nodes}; por revisar: {review}</translation>
    </message>
    <message>
      <source>{path} was written but can't be read by QGIS. Give it a plain name, without % and |.</source>
      <translation>{path} se escribió, pero QGIS no puede leerlo. Dele un nombre sencillo, sin % ni |.</translation>
    </message>
    <message>
      <source>The results are in {path}: open it, or save it elsewhere before you close QGIS.</source>
      <translation>Lo encontrado está en {path}: ábralo o guárdelo en otro lugar antes de cerrar QGIS.</translation>
    </message>
    <message>
      <source>Aerial or drone picture</source>
      <translation>Imagen aérea o de dron</translation>
    </message>
    <message>
      <source>A georeferenced raster with a ground sampling distance of 1 m or finer.</source>
      <translation>Un ráster georreferenciado con una resolución sobre el terreno de 1 m o más fina.</translation>
    </message>
    <message>
      <source>Bands</source>
      <translation>Bandas</translation>
    </message>
    <message>
      <source>Three bands to use as red, green and blue, or a single one. Empty: the picture's own red, green and blue.</source>
      <translation>Tres bandas como rojo, verde y azul, o una. Vacío: el rojo, verde y azul de la propia imagen.</translation>
    </message>
    <message>
      <source>The numbers of three bands to use as red, green and blue, such as 4, 1, 2, or of a single one. Empty: the pictures' own red, green and blue.</source>
      <translation>Los números de tres bandas como rojo, verde y azul, por ejemplo 4, 1, 2, o de una. Vacío: el rojo, verde y azul de las propias imágenes.</translation>
    </message>
    <message>
      <source>Extent</source>
      <translation>Extensión</translation>
    </message>
    <message>
      <source>Only this part of the picture is processed. Empty: all of it.</source>
      <translation>Solo se trabaja en esta parte de la imagen. Vacío: toda ella.</translation>
    </message>
    <message>
      <source>Only what lies in these polygons, or beside these lines, is processed: a rough line of the railway, such as from OpenStreetMap, will do. Empty: the whole picture, or the whole extent.</source>
      <translation>Solo se trabaja en lo que está dentro de estos polígonos o junto a estas líneas: basta una línea aproximada del ferrocarril, por ejemplo de OpenStreetMap. Vacío: toda la imagen, o toda la extensión.</translation>
    </message>
    <message>
      <source>Area or lines</source>
      <translation>Zona o líneas</translation>
    </message>
    <message>
      <source>Corridor (m)</source>
      <translation>Corredor (m)</translation>
    </message>
    <message>
      <source>How far to look to either side of the lines and beyond their ends, in metres; not used for polygons.</source>
      <translation>Hasta dónde mirar a ambos lados de las líneas y más allá de sus extremos, en metros; no se usa con polígonos.</translation>
    </message>
    <message>
      <source>Model file</source>
      <translation>Archivo del modelo</translation>
    </message>
    <message>
      <source>RailSeg model (*.safetensors)</source>
      <translation>Modelo de RailSeg (*.safetensors)</translation>
    </message>
    <message>
      <source>A model of your own, trained with RailSeg. Empty: the bundled one.</source>
      <translation>Un modelo propio, entrenado con RailSeg. Vacío: el incluido.</translation>
    </message>
    <message>
      <source>Device</source>
      <translation>Dispositivo</translation>
    </message>
    <message>
      <source>What the model runs on: auto uses a graphics card if there is one, otherwise the processor.</source>
      <translation>Qué calcula: auto usa una tarjeta gráfica donde la hay, y si no, el procesador.</translation>
    </message>
    <message>
      <source>Look closely everywhere</source>
      <translation>Mirar con detalle en todas partes</translation>
    </message>
    <message>
      <source>The model first glances at each part of the picture and skips those without any sign of track, which saves time. Check this if a track is missing, or if you lower the threshold.</source>
      <translation>El modelo da primero un vistazo a cada parte de la imagen y omite las que no muestran indicios de vía, lo que ahorra tiempo. Márquelo si falta una vía o si reduce el umbral.</translation>
    </message>
    <message>
      <source>Mask or probability raster</source>
      <translation>Máscara o ráster de probabilidad</translation>
    </message>
    <message>
      <source>RailSeg's probability raster, or a one-band mask or probability raster made elsewhere.</source>
      <translation>El ráster de probabilidad de RailSeg, o una máscara o ráster de probabilidad de una banda hecho en otro lugar.</translation>
    </message>
    <message>
      <source>Threshold</source>
      <translation>Umbral</translation>
    </message>
    <message>
      <source>Probability from which a pixel counts as track, 0 to 1. Empty: the value that the model was tuned for.</source>
      <translation>Probabilidad desde la que un píxel cuenta como vía, de 0 a 1. Vacío: aquella para la que se ajustó el modelo.</translation>
    </message>
    <message>
      <source>Opening (m)</source>
      <translation>Apertura (m)</translation>
    </message>
    <message>
      <source>Removes specks and bridges thinner than this, in metres on the ground; 0: nothing.</source>
      <translation>Elimina manchas y puentes más delgados que esto, en metros sobre el terreno; 0: nada.</translation>
    </message>
    <message>
      <source>Closing (m)</source>
      <translation>Cierre (m)</translation>
    </message>
    <message>
      <source>Then fills gaps narrower than this, in metres on the ground; 0: none.</source>
      <translation>Rellena después huecos más estrechos que esto, en metros sobre el terreno; 0: ninguno.</translation>
    </message>
    <message>
      <source>Kernel</source>
      <translation>Núcleo</translation>
    </message>
    <message>
      <source>Shape of the kernel for opening and closing.</source>
      <translation>Forma de la apertura y del cierre.</translation>
    </message>
    <message>
      <source>Minimum length (m)</source>
      <translation>Longitud mínima (m)</translation>
    </message>
    <message>
      <source>Isolated pieces shorter than this, in metres, are left out unless the edge of the picture or area cuts them.</source>
      <translation>Los tramos aislados más cortos se omiten, en metros, salvo los que corta el borde de la imagen o del área.</translation>
    </message>
    <message>
      <source>Probability raster</source>
      <translation>Ráster de probabilidad</translation>
    </message>
    <message>
      <source>Bands track and axis, 0–255 for 0–1, at the model's ground sampling distance.</source>
      <translation>Bandas track (vía) y axis (eje de vía), 0–255 para 0–1, a la resolución sobre el terreno del modelo.</translation>
    </message>
    <message>
      <source>Mask raster</source>
      <translation>Ráster de máscara</translation>
    </message>
    <message>
      <source>The cleaned mask of the tracks.</source>
      <translation>La máscara limpia de las vías.</translation>
    </message>
    <message>
      <source>{n} bands are chosen: choose three as red, green and blue, or one, or none.</source>
      <translation>Se han elegido {n} bandas: elija tres como rojo, verde y azul, o una, o ninguna.</translation>
    </message>
    <message>
      <source>'{text}' isn't a list of band numbers: give three, such as 4, 1, 2, or one, or none.</source>
      <translation>'{text}' no son números de bandas: indique tres, por ejemplo 4, 1, 2, o uno, o ninguno.</translation>
    </message>
    <message>
      <source>{path} will be a GeoTIFF: give it a name that ends in .tif.</source>
      <translation>{path} sería un GeoTIFF: dele un nombre que termine en .tif.</translation>
    </message>
    <message>
      <source>The raster layer {name} can't be read. Repair its data source.</source>
      <translation>No se puede leer la capa ráster {name}. Repare su fuente de datos.</translation>
    </message>
    <message>
      <source>The raster layer {name} has no coordinate reference system. Give it one: right-click the layer &gt; Layer CRS &gt; Set Layer CRS.</source>
      <translation>La capa ráster {name} no tiene sistema de referencia de coordenadas. Dele uno: clic derecho en la capa &gt; SRC de la capa &gt; Establecer SRC de la capa.</translation>
    </message>
    <message>
      <source>The raster layer {name} is too coarse: its pixels are {gsd:.2g} m on the ground. Tracks can be told apart up to {largest:g} m, and best at {best:g} m or finer.</source>
      <translation>La capa ráster {name} es demasiado gruesa: sus píxeles miden {gsd:.2g} m en el terreno. Las vías se distinguen hasta {largest:g} m, y mejor con {best:g} m o menos.</translation>
    </message>
    <message>
      <source>{name} comes from a server and has no bounds: choose a picture that has bounds, or none.</source>
      <translation>{name} viene de un servidor y no tiene límites: elija una imagen que los tenga, o ninguna.</translation>
    </message>
    <message>
      <source>The extent lies outside the raster layer. Choose another.</source>
      <translation>La extensión está fuera de la capa ráster. Elija otra.</translation>
    </message>
    <message>
      <source>Exporting {columns} × {rows} pixels of {name}</source>
      <translation>Exportando {columns} × {rows} píxeles de {name}</translation>
    </message>
    <message>
      <source>Exporting the picture</source>
      <translation>Exportando la imagen</translation>
    </message>
    <message>
      <source>The layer {name} can't be exported. Save it as a GeoTIFF and use that instead.</source>
      <translation>No se puede exportar la capa {name}. Guárdela como GeoTIFF y ejecute de nuevo con él.</translation>
    </message>
    <message>
      <source>The server sent no picture of {name} for this area: it has none, or it failed. Try again later.</source>
      <translation>{name} llegó sin ninguna imagen en ese lugar: el servidor no tiene o ha fallado. Inténtelo de nuevo más tarde.</translation>
    </message>
    <message>
      <source>The server sent no picture for {percent:.2g} % of {name}: it has none there, or it failed. Tracks may be missing.</source>
      <translation>El {percent:.2g} % de {name} llegó sin imagen: el servidor no tiene ahí o ha fallado. Pueden faltar vías.</translation>
    </message>
    <message>
      <source>{name} must be exported first, which needs up to {needed:.0f} MB; the disk for temporary files has {free:.0f} MB free. Choose a smaller extent or area.</source>
      <translation>{name} debe exportarse primero, lo que requiere hasta {needed:.0f} MB; el disco de los archivos temporales tiene {free:.0f} MB. Elija una extensión o una zona menor.</translation>
    </message>
    <message>
      <source>{name} comes from a server: choose an extent or an area to work on.</source>
      <translation>{name} viene de un servidor: elija una extensión o una zona de trabajo.</translation>
    </message>
    <message>
      <source>{name} comes from a server: choose an extent of at most {side} m.</source>
      <translation>{name} viene de un servidor: elija una extensión de {side} m como mucho.</translation>
    </message>
    <message>
      <source>{layer} of {raster}</source>
      <translation>{layer} de {raster}</translation>
    </message>
    <message>
      <source>Extracted from {raster} by RailSeg {version}</source>
      <translation>Extraído de {raster} por RailSeg {version}</translation>
    </message>
    <message>
      <source>with the model {model}</source>
      <translation>con el modelo {model}</translation>
    </message>
    <message>
      <source>Lines and nodes with the status 'review' are doubtful and should be checked.</source>
      <translation>Las líneas y los nodos con el estado 'review' son dudosos y deberían mirarse.</translation>
    </message>
    <message>
      <source>Parameters: {list}</source>
      <translation>Parámetros: {list}</translation>
    </message>
    <message>
      <source>The licence terms of the picture determine how the lines drawn from it may be used.</source>
      <translation>Las condiciones de licencia de la imagen deciden sobre las líneas dibujadas a partir de ella.</translation>
    </message>
    <message>
      <source>Segment railway</source>
      <translation>Segmentar vías férreas</translation>
    </message>
    <message>
      <source>rail,railroad,track,probability,mask,orthophoto,drone,deep learning,segmentation</source>
      <translation>carril,vía,vía férrea,ferrocarril,probabilidad,máscara,ortofoto,dron,aprendizaje profundo,segmentación</translation>
    </message>
    <message>
      <source>Gives, for each pixel of an aerial or drone picture, the probability that it is railway track (band track) and that it is on the centre line of a track (band axis), 0–255 for 0–1.

The optional mask is what reaches the threshold, cleaned by opening and closing. 'Vectorize railway mask' turns either raster into lines.</source>
      <translation>Dice de cada píxel de una imagen aérea o de dron con qué probabilidad es vía férrea (banda track) y eje de una vía (banda axis), 0–255 para 0–1.

La máscara, si se pide, es lo que alcanza el umbral, limpiado por apertura y cierre. 'Vectorizar máscara de vías férreas' hace líneas de cualquiera de los dos.</translation>
    </message>
    <message>
      <source>Gives the probability that each pixel is railway track.</source>
      <translation>Dice de cada píxel con qué probabilidad es vía férrea.</translation>
    </message>
    <message>
      <source>The layer {name} has no coordinate reference system. Give it one: right-click the layer &gt; Layer CRS &gt; Set Layer CRS.</source>
      <translation>La capa {name} no tiene sistema de referencia de coordenadas. Dele uno: clic derecho en la capa &gt; SRC de la capa &gt; Establecer SRC de la capa.</translation>
    </message>
    <message>
      <source>The layer {name} can't be exported ({message}). Save it as a GeoPackage and use that instead.</source>
      <translation>No se puede exportar la capa {name} ({message}). Guárdela como GeoPackage y ejecute de nuevo con él.</translation>
    </message>
    <message>
      <source>Vectorize railway mask</source>
      <translation>Vectorizar máscara de vías férreas</translation>
    </message>
    <message>
      <source>rail,track,mask,probability,centerline,centreline,skeleton,lines,vectorise</source>
      <translation>carril,vía,vía férrea,máscara,probabilidad,eje de vía,línea central,esqueleto,líneas,vectorizar</translation>
    </message>
    <message>
      <source>Draws the railway tracks in a mask or probability raster as lines: one line per track between two nodes, and switches, crossings and ends as nodes.

It takes RailSeg's own probability raster, and one-band masks and probability rasters made elsewhere, with pixels of up to 2 m. All lengths are in metres on the ground.</source>
      <translation>Dibuja como líneas las vías férreas de una máscara o ráster de probabilidad: una línea por vía entre dos nodos, y los desvíos, travesías y finales de vía como nodos.

Admite el ráster de probabilidad de RailSeg, y máscaras y probabilidades de una banda hechas en otro lugar, con píxeles de hasta 2 m. Todas las longitudes son metros sobre el terreno.</translation>
    </message>
    <message>
      <source>Draws the railway tracks in a mask or probability raster as lines.</source>
      <translation>Dibuja como líneas las vías férreas de una máscara o ráster de probabilidad.</translation>
    </message>
    <message>
      <source>RailSeg needs Python {oldest} to {newest} with its venv module to create the environment. Install it (from python.org; on Debian and Ubuntu the package python3-venv), then try again, or use an existing Python.</source>
      <translation>RailSeg necesita Python {oldest} a {newest} con su módulo venv para crear el entorno. Instálelo (de python.org; en Debian y Ubuntu el paquete python3-venv) e inténtelo de nuevo, o use un Python existente.</translation>
    </message>
    <message>
      <source>Of another version: {pythons}.</source>
      <translation>De otra versión: {pythons}.</translation>
    </message>
    <message>
      <source>Without venv: {pythons}.</source>
      <translation>Sin venv: {pythons}.</translation>
    </message>
    <message>
      <source>{path} can't be written.</source>
      <translation>No se puede escribir {path}.</translation>
    </message>
    <message>
      <source>Another QGIS window (process {pid} on {host}) is creating the environment. Wait until it is done. If there is no such window, delete {path}.</source>
      <translation>Otra ventana de QGIS (proceso {pid} en {host}) está creando el entorno. Espere a que termine. Si no hay ninguna, borre {path}.</translation>
    </message>
    <message>
      <source>This takes about {duration} and {size:.0f} MB of disk space</source>
      <translation>Tarda unos {duration} y ocupa {size:.0f} MB en el disco</translation>
    </message>
    <message>
      <source>This takes at most about {duration} and {size:.0f} MB of disk space</source>
      <translation>Tarda como máximo unos {duration} y ocupa {size:.0f} MB en el disco</translation>
    </message>
    <message>
      <source>{n} s</source>
      <translation>{n} s</translation>
    </message>
    <message>
      <source>{n} min</source>
      <translation>{n} min</translation>
    </message>
    <message>
      <source>{n} h</source>
      <translation>{n} h</translation>
    </message>
    <message>
      <source>The Python chosen for RailSeg doesn't exist: {path}. Choose another under Settings &gt; Options &gt; RailSeg.</source>
      <translation>El Python elegido para RailSeg no existe: {path}. Elija otro en Configuración &gt; Opciones &gt; RailSeg.</translation>
    </message>
    <message>
      <source>The Python that RailSeg's environment was created with is gone, perhaps after an update of QGIS. Create the environment again under Settings &gt; Options &gt; RailSeg &gt; Create environment.</source>
      <translation>El Python con el que se creó el entorno de RailSeg ha desaparecido, como puede pasar al actualizar QGIS. Créelo de nuevo en Configuración &gt; Opciones &gt; RailSeg &gt; Crear entorno.</translation>
    </message>
    <message>
      <source>RailSeg's Python environment is missing. Create it under Settings &gt; Options &gt; RailSeg &gt; Create environment.</source>
      <translation>Falta el entorno de Python de RailSeg. Créelo en Configuración &gt; Opciones &gt; RailSeg &gt; Crear entorno.</translation>
    </message>
    <message>
      <source>Without a desktop, set the variable {variable} to a Python that has the packages listed in {requirements}.</source>
      <translation>Donde no haya escritorio, asigne a la variable {variable} un Python que tenga los paquetes de {requirements}.</translation>
    </message>
    <message>
      <source>RailSeg's Python environment was created for another version of RailSeg. Create it again under Settings &gt; Options &gt; RailSeg &gt; Create environment.</source>
      <translation>El entorno de Python de RailSeg se creó para otra versión de RailSeg. Créelo de nuevo en Configuración &gt; Opciones &gt; RailSeg &gt; Crear entorno.</translation>
    </message>
    <message>
      <source>Python: {path}</source>
      <translation>Python: {path}</translation>
    </message>
    <message>
      <source>PyTorch can't use the NVIDIA card and runs on the CPU: {problem}</source>
      <translation>PyTorch no puede usar la tarjeta NVIDIA y trabaja en la CPU: {problem}</translation>
    </message>
    <message>
      <source>{folder} has no wheels (files that end in .whl).</source>
      <translation>{folder} no tiene wheels (archivos que terminan en .whl).</translation>
    </message>
    <message>
      <source>{folder} has {free:.1f} GB free, but creating the environment needs {needed:.1f} GB. Free some space, then try again.</source>
      <translation>{folder} tiene {free:.1f} GB libres; el entorno necesita {needed:.1f} GB mientras se crea. Haga sitio e inténtelo de nuevo.</translation>
    </message>
    <message>
      <source>{folder} contains other files. Move them away, then try again.</source>
      <translation>{folder} contiene otra cosa. Muévala a otro sitio e inténtelo de nuevo.</translation>
    </message>
    <message>
      <source>The folder {folder} can't be written: {error}.</source>
      <translation>No se puede escribir la carpeta {folder}: {error}.</translation>
    </message>
    <message>
      <source>Cancelled.</source>
      <translation>Cancelado.</translation>
    </message>
    <message>
      <source>Creating RailSeg's Python environment</source>
      <translation>Creando el entorno de Python de RailSeg</translation>
    </message>
    <message>
      <source>Checking RailSeg's Python</source>
      <translation>Comprobando el Python de RailSeg</translation>
    </message>
    <message>
      <source>{program} failed with exit code {code}:</source>
      <translation>{program} falló con el código de salida {code}:</translation>
    </message>
    <message>
      <source>The package server can't be reached. Check the connection, then try again: what has been downloaded isn't downloaded twice. Without a network, install from a folder of wheels.</source>
      <translation>No se puede acceder al servidor de los paquetes. Compruebe la conexión e inténtelo de nuevo: lo descargado no se descarga dos veces. Sin red, instale desde una carpeta de wheels.</translation>
    </message>
    <message>
      <source>The proxy doesn't let the download through. Check host, port, user and password under Settings &gt; Options &gt; Network (an HTTP proxy: pip can't use SOCKS by itself), or install from a folder of wheels.</source>
      <translation>El proxy no deja pasar la descarga. Compruebe servidor, puerto, usuario y contraseña en Configuración &gt; Opciones &gt; Red (un proxy HTTP: pip no puede usar SOCKS por sí solo), o instale desde una carpeta de wheels.</translation>
    </message>
    <message>
      <source>The server's certificate isn't trusted, perhaps because a company's firewall inspects connections. Set the variable PIP_CERT to the company's certificate file (PEM) before QGIS starts, or install from a folder of wheels.</source>
      <translation>El certificado del servidor no es de confianza, como cuando el cortafuegos de una empresa mira dentro de las conexiones. Asigne a la variable PIP_CERT el archivo de certificado de la empresa (PEM) antes de que arranque QGIS, o instale desde una carpeta de wheels.</translation>
    </message>
    <message>
      <source>The disk is full. Free some space, then try again.</source>
      <translation>El disco está lleno. Haga sitio e inténtelo de nuevo.</translation>
    </message>
    <message>
      <source>A file can't be written, because another program is using it (a virus scanner, another QGIS window) or you have no access to the folder. Wait or close other QGIS windows and try again; if that doesn't help, exclude the folder from virus scanning.</source>
      <translation>No se puede escribir un archivo, porque otro programa lo retiene (un antivirus, otra ventana de QGIS) o la carpeta le está vedada. Espere o cierre las otras ventanas de QGIS e inténtelo de nuevo; si persiste, haga que el antivirus excluya la carpeta.</translation>
    </message>
    <message>
      <source>A virus scanner or a policy of this machine doesn't let the program run. Ask the machine's administrator to allow it in this folder, or use an existing Python.</source>
      <translation>Un antivirus o una directiva de este equipo no deja que el programa se ejecute. Pida a quien administra el equipo que lo permita en esta carpeta, o use un Python existente.</translation>
    </message>
    <message>
      <source>A file's path is too long for this system. Enable long paths in Windows, or use an existing Python in a folder with a shorter name.</source>
      <translation>La ruta de un archivo es demasiado larga para este sistema. Active las rutas largas en Windows, o use un Python existente en una carpeta de nombre más corto.</translation>
    </message>
    <message>
      <source>A package isn't available for this Python and system. If you install from a folder, check that its wheels were downloaded for this system and this version of Python; otherwise use an existing Python (3.11 to 3.14).</source>
      <translation>Un paquete no está disponible para este Python y este sistema. Si instala desde una carpeta, compruebe que sus wheels se descargaron para este sistema y esta versión de Python; si no, use un Python existente (3.11 a 3.14).</translation>
    </message>
    <message>
      <source>This Python has no pip. Create the environment again, or use an existing Python.</source>
      <translation>Este Python no tiene pip. Cree el entorno de nuevo, o use un Python existente.</translation>
    </message>
    <message>
      <source>This Python can't create environments. Install its venv module (on Debian and Ubuntu the package python3-venv), then try again, or use an existing Python.</source>
      <translation>Este Python no puede crear entornos. Instale su módulo venv (en Debian y Ubuntu el paquete python3-venv) e inténtelo de nuevo, o use un Python existente.</translation>
    </message>
    <message>
      <source>This Python lacks a package that RailSeg needs. Install those listed in {requirements} into it (pip install -r), or let RailSeg create an environment of its own.</source>
      <translation>A este Python le falta un paquete que RailSeg necesita. Instale en él los de {requirements} (pip install -r), o deje que RailSeg cree un entorno propio.</translation>
    </message>
    <message>
      <source>A system library that PyTorch needs is missing. On Windows install Microsoft's Visual C++ Redistributable (2015–2022, x64), on Linux the package libgomp1, then check again.</source>
      <translation>Falta una biblioteca del sistema que PyTorch necesita. En Windows instale Microsoft Visual C++ Redistributable (2015–2022, x64), en Linux el paquete libgomp1, y compruebe de nuevo.</translation>
    </message>
    <message>
      <source>There wasn't enough memory, and the program was stopped. Close other programs, then try again.</source>
      <translation>La memoria no basta y el programa se detuvo. Cierre otros programas e inténtelo de nuevo.</translation>
    </message>
    <message>
      <source>Check</source>
      <translation>Comprobar</translation>
    </message>
    <message>
      <source>Copy report</source>
      <translation>Copiar informe</translation>
    </message>
    <message>
      <source>Build it for this machine's processor</source>
      <translation>Crearlo para el procesador de este equipo</translation>
    </message>
    <message>
      <source>Build it for the NVIDIA card (CUDA)</source>
      <translation>Crearlo para la tarjeta NVIDIA (CUDA)</translation>
    </message>
    <message>
      <source>Build it from a folder of wheels, without a network</source>
      <translation>Crearlo desde una carpeta de wheels, sin red</translation>
    </message>
    <message>
      <source>Folder of wheels</source>
      <translation>Carpeta de wheels</translation>
    </message>
    <message>
      <source>Use an existing Python that has RailSeg's requirements</source>
      <translation>Usar un Python existente que tenga lo que RailSeg necesita</translation>
    </message>
    <message>
      <source>Python for RailSeg</source>
      <translation>Python para RailSeg</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Cancelar</translation>
    </message>
    <message>
      <source>RailSeg's model runs in a Python environment of its own, separate from QGIS: PyTorch and some smaller packages, installed to {folder}. QGIS itself isn't changed.</source>
      <translation>El modelo de RailSeg se ejecuta en un entorno de Python propio, junto a QGIS: PyTorch y algunos paquetes más pequeños, instalados en {folder}. Nada cambia en QGIS.</translation>
    </message>
    <message>
      <source>Environment</source>
      <translation>Entorno</translation>
    </message>
    <message>
      <source>Set it up</source>
      <translation>Instalación</translation>
    </message>
    <message>
      <source>Check and use it</source>
      <translation>Comprobar y usar</translation>
    </message>
    <message>
      <source>Create environment</source>
      <translation>Crear entorno</translation>
    </message>
    <message>
      <source>Ready: {python}</source>
      <translation>Listo: {python}</translation>
    </message>
    <message>
      <source>(set by the variable {name})</source>
      <translation>(fijado por la variable {name})</translation>
    </message>
    <message>
      <source>{text}: about {download} GB to download, {disk} GB on disk</source>
      <translation>{text}: unos {download} GB de descarga, {disk} GB en el disco</translation>
    </message>
    <message>
      <source>Extract railway…</source>
      <translation>Extraer vías férreas…</translation>
    </message>
    <message>
      <source>Extract railway from a folder…</source>
      <translation>Extraer vías férreas de una carpeta…</translation>
    </message>
    <message>
      <source>The Python environment isn't ready: set it up in the options.</source>
      <translation>El entorno de Python no está listo: prepárelo en las opciones.</translation>
    </message>
    <message>
      <source>Open the options</source>
      <translation>Abrir las opciones</translation>
    </message>
    <message>
      <source>{program} can't be started: {error}.</source>
      <translation>No se puede iniciar {program}: {error}.</translation>
    </message>
    <message>
      <source>Review railway tracks</source>
      <translation>Revisar vías férreas</translation>
    </message>
    <message>
      <source>The railway is on the map. Some of it should be checked.</source>
      <translation>Las vías férreas están en el mapa. Convendría mirar algunas.</translation>
    </message>
    <message>
      <source>Review 1 item</source>
      <translation>Revisar 1 elemento</translation>
    </message>
    <message>
      <source>Review {n} items</source>
      <translation>Revisar {n} elementos</translation>
    </message>
    <message>
      <source>Accept railway tracks</source>
      <translation>Aceptar vías férreas</translation>
    </message>
    <message>
      <source>Reject railway tracks</source>
      <translation>Rechazar vías férreas</translation>
    </message>
    <message>
      <source>Delete rejected railway tracks</source>
      <translation>Eliminar vías férreas rechazadas</translation>
    </message>
    <message>
      <source>The edits of {name} could not be saved: {problem}</source>
      <translation>No se pudieron guardar los cambios de {name}: {problem}</translation>
    </message>
    <message>
      <source>{name} can't be edited. Save it as a GeoPackage in a folder of your own and review that.</source>
      <translation>No se puede editar {name}. Guárdela como GeoPackage en una carpeta propia y revise esa copia.</translation>
    </message>
    <message>
      <source>track</source>
      <translation>vía</translation>
    </message>
    <message>
      <source>switch</source>
      <translation>desvío</translation>
    </message>
    <message>
      <source>crossing</source>
      <translation>travesía</translation>
    </message>
    <message>
      <source>end of track</source>
      <translation>final de vía</translation>
    </message>
    <message>
      <source>cut at the edge</source>
      <translation>cortada en el borde</translation>
    </message>
    <message>
      <source>node</source>
      <translation>nodo</translation>
    </message>
    <message>
      <source>What</source>
      <translation>Qué</translation>
    </message>
    <message>
      <source>Reason</source>
      <translation>Motivo</translation>
    </message>
    <message>
      <source>Length (m)</source>
      <translation>Longitud (m)</translation>
    </message>
    <message>
      <source>Confidence</source>
      <translation>Confianza</translation>
    </message>
    <message>
      <source>Show only the items that are doubtful for this reason</source>
      <translation>Mostrar solo lo que es dudoso por este motivo</translation>
    </message>
    <message>
      <source>All reasons</source>
      <translation>Todos los motivos</translation>
    </message>
    <message>
      <source>Previous</source>
      <translation>Anterior</translation>
    </message>
    <message>
      <source>Previous item (P)</source>
      <translation>Elemento anterior (P)</translation>
    </message>
    <message>
      <source>Next</source>
      <translation>Siguiente</translation>
    </message>
    <message>
      <source>Next item (N)</source>
      <translation>Elemento siguiente (N)</translation>
    </message>
    <message>
      <source>Accept</source>
      <translation>Aceptar</translation>
    </message>
    <message>
      <source>The selected items are right (A)</source>
      <translation>Lo seleccionado es correcto (A)</translation>
    </message>
    <message>
      <source>Reject</source>
      <translation>Rechazar</translation>
    </message>
    <message>
      <source>The selected items are wrong; they are kept, in grey (R)</source>
      <translation>Lo seleccionado es incorrecto; se conserva, en gris (R)</translation>
    </message>
    <message>
      <source>Delete rejected</source>
      <translation>Eliminar rechazados</translation>
    </message>
    <message>
      <source>Deletes the rejected items from the layers; Undo brings them back</source>
      <translation>Elimina de las capas lo rechazado; Deshacer lo recupera</translation>
    </message>
    <message>
      <source>Save edits</source>
      <translation>Guardar los cambios</translation>
    </message>
    <message>
      <source>Saves what you decided, and all other edits of these layers, to their files</source>
      <translation>Escribe lo decidido, y todas las demás ediciones de estas capas, en sus archivos</translation>
    </message>
    <message>
      <source>Delete rejected ({n})</source>
      <translation>Eliminar rechazados ({n})</translation>
    </message>
    <message>
      <source>{n} to review</source>
      <translation>{n} por revisar</translation>
    </message>
    <message>
      <source>{shown} of {n} to review</source>
      <translation>{shown} de {n} por revisar</translation>
    </message>
    <message>
      <source>There are no railway tracks in this project: right-click a raster layer and choose Extract railway….</source>
      <translation>No hay vías férreas en este proyecto: clic derecho en una capa ráster, Extraer vías férreas….</translation>
    </message>
    <message>
      <source>Nothing is left to review. Save the layers' edits to keep what you decided.</source>
      <translation>No queda nada por revisar. Guarde los cambios de las capas para conservar lo decidido.</translation>
    </message>
    <message>
      <source>Nothing is left to review.</source>
      <translation>No queda nada por revisar.</translation>
    </message>
    <message>
      <source>short isolated piece</source>
      <translation>trozo aislado corto</translation>
    </message>
    <message>
      <source>sharp bend</source>
      <translation>curva cerrada</translation>
    </message>
    <message>
      <source>low confidence</source>
      <translation>confianza baja</translation>
    </message>
    <message>
      <source>long inference</source>
      <translation>interpolación larga</translation>
    </message>
    <message>
      <source>close to another track</source>
      <translation>cerca de otra vía</translation>
    </message>
    <message>
      <source>crosses another track</source>
      <translation>cruza otra vía</translation>
    </message>
    <message>
      <source>uncertain fork</source>
      <translation>bifurcación incierta</translation>
    </message>
    <message>
      <source>uncertain crossing</source>
      <translation>travesía incierta</translation>
    </message>
    <message>
      <source>crossing or slip</source>
      <translation>travesía o travesía de unión</translation>
    </message>
    <message>
      <source>closed ring</source>
      <translation>anillo cerrado</translation>
    </message>
    <message>
      <source>The worker gave no answer:</source>
      <translation>El proceso de cálculo no respondió:</translation>
    </message>
    <message>
      <source>RailSeg {version}, Python {python}, PyTorch {torch}, runs on {device}, {speed:.1f} tiles per second</source>
      <translation>RailSeg {version}, Python {python}, PyTorch {torch}, trabaja en {device}, {speed:.1f} teselas por segundo</translation>
    </message>
    <message>
      <source>RailSeg's Python can't be started ({error}). Check it under Settings &gt; Options &gt; RailSeg.</source>
      <translation>No se puede iniciar el Python de RailSeg ({error}). Compruébelo en Configuración &gt; Opciones &gt; RailSeg.</translation>
    </message>
    <message>
      <source>RailSeg's files are from different versions. Install the plugin again and restart QGIS.</source>
      <translation>Los archivos de RailSeg son de versiones distintas. Instale el complemento de nuevo y reinicie QGIS.</translation>
    </message>
    <message>
      <source>RailSeg's worker was stopped by the system, probably for lack of memory. Close other programs or choose a smaller extent, then run it again. Outputs of earlier runs are untouched.</source>
      <translation>El sistema detuvo el proceso de cálculo de RailSeg, probablemente por falta de memoria. Cierre otros programas o elija una extensión menor y ejecute de nuevo. Los resultados de ejecuciones anteriores están intactos.</translation>
    </message>
    <message>
      <source>RailSeg's worker ended unexpectedly (exit code {code}). Check the environment under Settings &gt; Options &gt; RailSeg; if it is in order, report this with the lines below.</source>
      <translation>El proceso de cálculo de RailSeg terminó inesperadamente (código de salida {code}). Compruebe el entorno en Configuración &gt; Opciones &gt; RailSeg; si está en orden, informe de esto con las líneas siguientes.</translation>
    </message>
    <message>
      <source>{stage}: {done} of {total} tiles</source>
      <translation>{stage}: {done} de {total} teselas</translation>
    </message>
    <message>
      <source>{stage}, about {duration} left</source>
      <translation>{stage}, quedan unos {duration}</translation>
    </message>
    <message>
      <source>{gsd:.3g} m pixels, {area:.1f} ha to process in {tiles} tiles with {model} on {device}</source>
      <translation>Píxeles de {gsd:.3g} m, {area:.1f} ha que mirar en {tiles} teselas con {model} en {device}</translation>
    </message>
    <message>
      <source>Looking for tracks</source>
      <translation>Buscando vías</translation>
    </message>
    <message>
      <source>Cleaning the mask</source>
      <translation>Limpiando la máscara</translation>
    </message>
    <message>
      <source>Thinning the tracks</source>
      <translation>Adelgazando las vías</translation>
    </message>
    <message>
      <source>Drawing the lines</source>
      <translation>Dibujando las líneas</translation>
    </message>
    <message>
      <source>Comparing the lines</source>
      <translation>Comparando las líneas</translation>
    </message>
    <message>
      <source>Cutting chips</source>
      <translation>Cortando recortes</translation>
    </message>
    <message>
      <source>to be reviewed</source>
      <translation>por revisar</translation>
    </message>
    <message>
      <source>rejected</source>
      <translation>rechazado</translation>
    </message>
    <message>
      <source>other</source>
      <translation>otro</translation>
    </message>
    <message>
      <source>railway</source>
      <translation>objeto ferroviario</translation>
    </message>
    <message>
      <source>track ends</source>
      <translation>extremos de vía en el nodo</translation>
    </message>
    <message>
      <source>angle (°)</source>
      <translation>ángulo (°)</translation>
    </message>
    <message>
      <source>radius of the branch (m)</source>
      <translation>radio de la vía desviada (m)</translation>
    </message>
    <message>
      <source>side of the branch</source>
      <translation>lado de la vía desviada</translation>
    </message>
    <message>
      <source>confidence (0–1)</source>
      <translation>confianza (0–1)</translation>
    </message>
    <message>
      <source>status</source>
      <translation>estado</translation>
    </message>
    <message>
      <source>reason for review</source>
      <translation>motivo de la revisión</translation>
    </message>
    <message>
      <source>left</source>
      <translation>izquierda</translation>
    </message>
    <message>
      <source>right</source>
      <translation>derecha</translation>
    </message>
    <message>
      <source>ok</source>
      <translation>en orden</translation>
    </message>
    <message>
      <source>confidence 0.9 and more</source>
      <translation>confianza de 0,9 o más</translation>
    </message>
    <message>
      <source>confidence 0.75 to 0.9</source>
      <translation>confianza de 0,75 a 0,9</translation>
    </message>
    <message>
      <source>confidence below 0.75</source>
      <translation>confianza inferior a 0,75</translation>
    </message>
    <message>
      <source>from node</source>
      <translation>desde el nodo</translation>
    </message>
    <message>
      <source>to node</source>
      <translation>hasta el nodo</translation>
    </message>
    <message>
      <source>length on the ground (m)</source>
      <translation>longitud sobre el terreno (m)</translation>
    </message>
    <message>
      <source>lowest confidence (0–1)</source>
      <translation>confianza más baja (0–1)</translation>
    </message>
    <message>
      <source>inferred length (m)</source>
      <translation>longitud interpolada (m)</translation>
    </message>
    <message>
      <source>smallest radius (m)</source>
      <translation>radio mínimo (m)</translation>
    </message>
    <message>
      <source>source</source>
      <translation>fuente</translation>
    </message>
    <message>
      <source>source's ground sampling distance (m)</source>
      <translation>resolución sobre el terreno de la fuente (m)</translation>
    </message>
    <message>
      <source>model</source>
      <translation>modelo</translation>
    </message>
    <message>
      <source>created</source>
      <translation>creado</translation>
    </message>
    <message>
      <source>rail</source>
      <translation>vía férrea</translation>
    </message>
    <message>
      <source>matched</source>
      <translation>emparejado</translation>
    </message>
    <message>
      <source>missed</source>
      <translation>omitido</translation>
    </message>
    <message>
      <source>false</source>
      <translation>falso</translation>
    </message>
  </context>
</TS>
