<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" sourcelanguage="en" language="fr">
  <context>
    <name>RailSeg</name>
    <message>
      <source>No part of the area lies on the picture. Choose another area, or check its coordinate reference system.</source>
      <translation>Rien de cette zone ne se trouve sur l'image. Choisissez-en une autre, ou vérifiez son système de coordonnées de référence.</translation>
    </message>
    <message>
      <source>The extent to work on is empty. Choose another.</source>
      <translation>L'emprise à traiter est vide. Choisissez-en une autre.</translation>
    </message>
    <message>
      <source>The area lies outside the range of the picture's map projection. Check the area's CRS.</source>
      <translation>La zone se trouve là où la projection de l'image n'arrive pas. Vérifiez le SCR de la zone.</translation>
    </message>
    <message>
      <source>Railway</source>
      <translation>Ferroviaire</translation>
    </message>
    <message>
      <source>{name} will be a table without lines or points. Choose .gpkg to see them on the map.</source>
      <translation>{name} sera une table sans lignes ni points. Choisissez .gpkg pour les voir sur la carte.</translation>
    </message>
    <message>
      <source>The run was stopped because RailSeg's environment is being rebuilt. Run it again.</source>
      <translation>L'exécution a été interrompue car l'environnement de RailSeg est recréé. Relancez-la.</translation>
    </message>
    <message>
      <source>The finished part is kept for a week: run the same again to continue.</source>
      <translation>La partie terminée est conservée une semaine : relancez la même exécution pour continuer.</translation>
    </message>
    <message>
      <source>The layer {name} was edited during the run, which has replaced its data. Discard those edits: they belong to what was there before.</source>
      <translation>La couche {name} a été modifiée pendant l'exécution, qui a remplacé ses données. Abandonnez ces modifications : elles concernent les données d'avant.</translation>
    </message>
    <message>
      <source>Clean railway mask</source>
      <translation>Nettoyer un masque de voies ferrées</translation>
    </message>
    <message>
      <source>rail,track,mask,morphology,opening,closing,erosion,dilation</source>
      <translation>rail,voie,voie ferrée,chemin de fer,masque,morphologie,ouverture,fermeture,érosion,dilatation</translation>
    </message>
    <message>
      <source>Cleans a mask of railway tracks: an opening removes specks and thin bridges, then a closing fills gaps. Sizes are in metres on the ground.

In a mask, non-zero pixels are track; in a probability raster, those that reach the threshold.</source>
      <translation>Nettoie un masque de voies ferrées : une ouverture supprime les taches et les ponts étroits, puis une fermeture comble les lacunes. Les dimensions sont en mètres au sol.

Un masque a des pixels non nuls là où il y a une voie ; d'un raster de probabilité comptent les pixels qui atteignent le seuil.</translation>
    </message>
    <message>
      <source>Removes specks from a mask of railway tracks and fills its gaps.</source>
      <translation>Supprime les taches d'un masque de voies ferrées et en comble les lacunes.</translation>
    </message>
    <message>
      <source>Cleaned mask</source>
      <translation>Masque nettoyé</translation>
    </message>
    <message>
      <source>The cleaned mask.</source>
      <translation>Le masque nettoyé.</translation>
    </message>
    <message>
      <source>Compare railway with a map</source>
      <translation>Comparer les voies ferrées à une carte</translation>
    </message>
    <message>
      <source>rail,track,openstreetmap,osm,change,update,difference,conflation,asset register,compare</source>
      <translation>rail,voie,voie ferrée,openstreetmap,osm,changement,mise à jour,différence,appariement,patrimoine,comparer</translation>
    </message>
    <message>
      <source>Compares extracted tracks with lines that you have, such as an OpenStreetMap export or an asset register: what was extracted but isn't in the map (new), what is in the map but wasn't extracted (missing), and what is in both, either in the same place (matched) or shifted, by offset_dm decimetres to the left of the map's line, in the direction of the extracted track.

Tracks are matched one to one: where the map has one of two tracks, the other is new. The layers may have any coordinate reference systems. If the map extends beyond the picture, choose the picture as well; otherwise all that lies outside it is missing.</source>
      <translation>Compare les voies extraites à des lignes existantes, par exemple un extrait d'OpenStreetMap ou un inventaire du patrimoine : ce qui a été extrait et n'est pas sur la carte (nouveau), ce qui est sur la carte et n'a pas été extrait (manquant), et ce qui est dans les deux, à sa place (concordant) ou à côté (décalé, de offset_dm décimètres à gauche de la ligne de la carte, dans le sens de la voie extraite).

Les voies sont appariées une à une : là où la carte n'a qu'une voie sur deux, l'autre est nouvelle. Les couches peuvent avoir des systèmes de coordonnées de référence quelconques. Choisissez aussi l'image si la carte va au-delà, sinon tout ce qui s'y trouve est manquant.</translation>
    </message>
    <message>
      <source>Shows what extracted tracks have that an existing map doesn't, and the other way round.</source>
      <translation>Dit ce que les voies extraites ont et qu'une carte existante n'a pas, et inversement.</translation>
    </message>
    <message>
      <source>Map</source>
      <translation>Carte</translation>
    </message>
    <message>
      <source>The lines to compare with, one per track. All of them count: filter the layer where it has others, such as roads or dismantled railways.</source>
      <translation>Les lignes auxquelles comparer, une par voie. Toutes comptent : filtrez la couche si elle en a d'autres, comme des routes ou des lignes déposées.</translation>
    </message>
    <message>
      <source>Minimum shift (m)</source>
      <translation>Décalée à partir de (m)</translation>
    </message>
    <message>
      <source>The offset from which a track counts as shifted, in metres on the ground, averaged over 25 m of track.</source>
      <translation>Écart à partir duquel une voie est décalée, en mètres au sol, en moyenne sur 25 m.</translation>
    </message>
    <message>
      <source>Search distance (m)</source>
      <translation>Distance de recherche (m)</translation>
    </message>
    <message>
      <source>How far a track may lie from its place in the map, in metres on the ground: less than the distance between two tracks.</source>
      <translation>À quelle distance une voie peut se trouver de sa place sur la carte, en mètres au sol : moins que l'entraxe de deux voies.</translation>
    </message>
    <message>
      <source>New tracks</source>
      <translation>Voies nouvelles</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that aren't in the map; track_id is the track's.</source>
      <translation>Parties des voies extraites que la carte n'a pas ; track_id est celui de la voie.</translation>
    </message>
    <message>
      <source>Missing tracks</source>
      <translation>Voies manquantes</translation>
    </message>
    <message>
      <source>Parts of the map's lines that were not extracted; reference_fid is the feature's id in the map.</source>
      <translation>Parties des lignes de la carte qui n'ont pas été extraites ; reference_fid est l'identifiant de l'entité dans la carte.</translation>
    </message>
    <message>
      <source>Shifted tracks</source>
      <translation>Voies décalées</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks, 25 m long at most, that the map has elsewhere: offset_dm decimetres off.</source>
      <translation>Parties des voies extraites, de 25 m au plus, que la carte place ailleurs : décalées de offset_dm décimètres.</translation>
    </message>
    <message>
      <source>Matched tracks</source>
      <translation>Voies concordantes</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that the map has in the same place.</source>
      <translation>Parties des voies extraites que la carte place là où elles sont.</translation>
    </message>
    <message>
      <source>Length of the new tracks (m)</source>
      <translation>Longueur des voies nouvelles (m)</translation>
    </message>
    <message>
      <source>Length of the missing tracks (m)</source>
      <translation>Longueur des voies manquantes (m)</translation>
    </message>
    <message>
      <source>Length of the shifted tracks (m)</source>
      <translation>Longueur des voies décalées (m)</translation>
    </message>
    <message>
      <source>Length of the matched tracks (m)</source>
      <translation>Longueur des voies concordantes (m)</translation>
    </message>
    <message>
      <source>Mean distance of the shifted and matched tracks (dm)</source>
      <translation>Distance moyenne des voies décalées et concordantes (dm)</translation>
    </message>
    <message>
      <source>Two outputs have the same name: {path}. Give them different names.</source>
      <translation>Deux sorties ont le même nom : {path}. Donnez à chacune son propre nom.</translation>
    </message>
    <message>
      <source>{path} is an input: an output would replace it. Give the output another name.</source>
      <translation>{path} est ce qui est lu : une sortie le remplacerait. Donnez un autre nom à la sortie.</translation>
    </message>
    <message>
      <source>The layer {name} is being edited, and an output would replace its data ({path}). Save or discard its edits, or give the output another name.</source>
      <translation>La couche {name} est en cours de modification, et une sortie remplacerait ses données ({path}). Enregistrez ou abandonnez ses modifications, ou donnez un autre nom à la sortie.</translation>
    </message>
    <message>
      <source>{name} can't be written: the folder {folder} doesn't exist or is read-only. Choose another.</source>
      <translation>{name} ne peut pas être écrit : le dossier {folder} n'existe pas ou est en lecture seule. Choisissez-en un autre.</translation>
    </message>
    <message>
      <source>{path} contains other layers, which would be lost: {layers}. Add the output to it with 'Save to GeoPackage…', or give the output another name.</source>
      <translation>{path} contient d'autres couches, qui seraient perdues : {layers}. Ajoutez-y la sortie avec « Enregistrer dans un GeoPackage… », ou donnez-lui un autre nom.</translation>
    </message>
    <message>
      <source>QGIS can't open {path} because of the %. Choose a folder and a name without it.</source>
      <translation>QGIS ne peut pas ouvrir {path} à cause du %. Choisissez un dossier et un nom sans ce signe.</translation>
    </message>
    <message>
      <source>{name} can't be written as {ending}, which has no room for the fields. Choose .gpkg and export that.</source>
      <translation>{name} ne peut pas être écrit en {ending} : ce format n'a pas de place pour les champs. Choisissez .gpkg, puis exportez-le.</translation>
    </message>
    <message>
      <source>{name} can't be written: the database {database} can't be reached. Check its connection and your password, or choose another output.</source>
      <translation>{name} ne peut pas être écrit : la base de données {database} est inaccessible. Vérifiez la connexion et votre mot de passe, ou choisissez une autre sortie.</translation>
    </message>
    <message>
      <source>Evaluate railway</source>
      <translation>Évaluer les voies ferrées</translation>
    </message>
    <message>
      <source>rail,track,switch,quality,accuracy,completeness,correctness,reference,compare,validate</source>
      <translation>rail,voie,voie ferrée,aiguillage,qualité,exactitude,exhaustivité,référence,comparer,valider</translation>
    </message>
    <message>
      <source>Compares extracted tracks with tracks that you know to be right: how much was found, how much of what was drawn is right, how far off it is, whether the number of tracks is right from place to place, whether switches are where they should be, and whether the routes along the tracks are the same.

The layers may have any coordinate reference systems. If the reference extends beyond the picture, choose the picture as well. Reference features are ignored if their field state is 'hidden' or their field what is 'ignore'. The reference has a switch wherever three tracks meet.

A figure that can't be calculated, such as the share of switches found where the reference has none, is left out.</source>
      <translation>Compare les voies extraites à des voies que vous savez justes : combien a été trouvé, combien de ce qui a été tracé est juste, à quelle distance, si le nombre de voies est juste d'un endroit à l'autre, si les aiguillages sont là où ils doivent être, et si les chemins le long des voies sont les mêmes.

Les couches peuvent avoir des systèmes de coordonnées de référence quelconques. Choisissez aussi l'image si la référence va au-delà. Les entités de référence ne comptent pas si leur champ state vaut 'hidden' ou si leur champ what vaut 'ignore'. Les aiguillages de la référence sont là où trois voies se rejoignent.

Un chiffre dont on ne peut rien dire, comme la part des aiguillages si la référence n'en a pas, est omis.</translation>
    </message>
    <message>
      <source>Measures how good extracted railway tracks are, against tracks that you know to be right.</source>
      <translation>Dit la qualité des voies ferrées extraites, par rapport à des voies que vous savez justes.</translation>
    </message>
    <message>
      <source>Extracted nodes</source>
      <translation>Nœuds extraits</translation>
    </message>
    <message>
      <source>The nodes that 'Extract railway' has drawn: those whose field railway is 'switch' are compared. Empty: there is a switch wherever three tracks meet.</source>
      <translation>Les nœuds que 'Extraire les voies ferrées' a tracés : ceux dont le champ railway vaut 'switch' sont comparés. Vide : les aiguillages sont là où trois voies se rejoignent.</translation>
    </message>
    <message>
      <source>Reference tracks</source>
      <translation>Voies de référence</translation>
    </message>
    <message>
      <source>The centre lines of the tracks that are really there, traced or surveyed.</source>
      <translation>Les axes des voies qui existent réellement, tracés à la main ou levés.</translation>
    </message>
    <message>
      <source>Tolerance (m)</source>
      <translation>Tolérance (m)</translation>
    </message>
    <message>
      <source>How far a line may be from the reference, in metres on the ground: less than half the distance between two tracks, or the neighbouring track counts.</source>
      <translation>À quelle distance une ligne peut se trouver de la référence, en mètres au sol : moins que la moitié de l'entraxe de deux voies, sinon la voie voisine compte.</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that are right; offset_cm is positive to the left.</source>
      <translation>Parties des voies extraites qui sont justes ; offset_cm est compté vers la gauche.</translation>
    </message>
    <message>
      <source>Missed tracks</source>
      <translation>Voies manquées</translation>
    </message>
    <message>
      <source>Parts of the reference that have no extracted track.</source>
      <translation>Parties de la référence qui n'ont pas de voie extraite.</translation>
    </message>
    <message>
      <source>False tracks</source>
      <translation>Voies fausses</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that have no reference.</source>
      <translation>Parties des voies extraites qui n'ont pas de référence.</translation>
    </message>
    <message>
      <source>Compared switches</source>
      <translation>Aiguillages comparés</translation>
    </message>
    <message>
      <source>outcome: matched, missed or false; along_m: how far a matched switch lies beyond the one in the reference.</source>
      <translation>outcome : matched (apparié), missed (manqué) ou false (faux) ; along_m : de combien un aiguillage apparié se trouve au-delà de celui de la référence.</translation>
    </message>
    <message>
      <source>Completeness: share of the reference that was found</source>
      <translation>Exhaustivité : part de la référence qui a été trouvée</translation>
    </message>
    <message>
      <source>Correctness: share of the extracted tracks that is right</source>
      <translation>Exactitude : part des voies extraites qui est juste</translation>
    </message>
    <message>
      <source>Quality: correct length divided by all that was extracted or missed</source>
      <translation>Qualité : longueur juste sur tout ce qui a été extrait ou manqué</translation>
    </message>
    <message>
      <source>Redundancy: share of the right tracks that is drawn twice</source>
      <translation>Redondance : part des voies justes qui est tracée deux fois</translation>
    </message>
    <message>
      <source>Lateral offset, root mean square (cm)</source>
      <translation>Écart latéral, moyenne quadratique (cm)</translation>
    </message>
    <message>
      <source>Lateral offset, mean to the left (cm)</source>
      <translation>Écart latéral, moyenne vers la gauche (cm)</translation>
    </message>
    <message>
      <source>Lateral offset that 95 % do not exceed (cm)</source>
      <translation>Écart latéral que 95 % ne dépassent pas (cm)</translation>
    </message>
    <message>
      <source>Gaps per km</source>
      <translation>Lacunes par km</translation>
    </message>
    <message>
      <source>Length of the reference (m)</source>
      <translation>Longueur de la référence (m)</translation>
    </message>
    <message>
      <source>Length of the extracted tracks (m)</source>
      <translation>Longueur des voies extraites (m)</translation>
    </message>
    <message>
      <source>Share of cross-sections with the right number of tracks</source>
      <translation>Part des profils en travers avec le bon nombre de voies</translation>
    </message>
    <message>
      <source>Mean error of the number of tracks</source>
      <translation>Erreur moyenne du nombre de voies</translation>
    </message>
    <message>
      <source>Switches of the reference</source>
      <translation>Aiguillages de la référence</translation>
    </message>
    <message>
      <source>Extracted switches</source>
      <translation>Aiguillages extraits</translation>
    </message>
    <message>
      <source>Share of the extracted switches that is right</source>
      <translation>Part des aiguillages extraits qui est juste</translation>
    </message>
    <message>
      <source>Share of the reference's switches that was found</source>
      <translation>Part des aiguillages de la référence qui a été trouvée</translation>
    </message>
    <message>
      <source>Harmonic mean of both</source>
      <translation>Moyenne harmonique des deux</translation>
    </message>
    <message>
      <source>Switches' offset along the track, root mean square (m)</source>
      <translation>Écart des aiguillages le long de la voie, moyenne quadratique (m)</translation>
    </message>
    <message>
      <source>Share of the switches found that branch off to the correct side</source>
      <translation>Part des aiguillages trouvés qui dévient du bon côté</translation>
    </message>
    <message>
      <source>Path similarity: whether routes along the tracks are the same</source>
      <translation>Similarité des chemins : si les chemins le long des voies sont les mêmes</translation>
    </message>
    <message>
      <source>The layer {name} has no field railway. Choose nodes that RailSeg has drawn, or none.</source>
      <translation>La couche {name} n'a pas de champ railway. Choisissez des nœuds que RailSeg a tracés, ou aucun.</translation>
    </message>
    <message>
      <source>Export training chips</source>
      <translation>Exporter des imagettes d'entraînement</translation>
    </message>
    <message>
      <source>rail,track,training,chips,tiles,labels,mask,deep learning,fine-tune,annotation</source>
      <translation>rail,voie,voie ferrée,entraînement,imagettes,tuiles,étiquettes,masque,apprentissage profond,ajustement,annotation</translation>
    </message>
    <message>
      <source>Cuts a picture, and the tracks that you traced in it, into pairs of small pictures that RailSeg's training reads: NAME.png and NAME_target.png, at 0.2 m per pixel. In the target, red is track, green its centre line, and blue what is ignored.

Trace one line per track, midway between its rails. Whatever isn't traced is taken for background, so choose an area in which every track is traced. Lines with the field state = 'hidden' or what = 'ignore' are ignored, those rejected in the review are background. Instead of lines you can use polygons of the ground that the tracks cover, one per track: those wider than 4 m are ignored.</source>
      <translation>Découpe une image, et les voies que vous y avez tracées, en paires de petites images que lit l'entraînement de RailSeg : NOM.png et NOM_target.png, à 0,2 m, où la voie est en rouge, son axe en vert et en bleu ce qui ne compte pas.

Tracez une ligne par voie, au milieu entre ses rails. Ce qui n'est pas tracé est pris pour le fond : choisissez la zone où toutes les voies sont tracées. Les lignes dont le champ state = 'hidden' ou what = 'ignore' ne comptent pas, celles rejetées lors de la révision sont du fond. Des polygones peuvent aussi représenter la surface des voies, un par voie : ceux de plus de 4 m de large ne comptent pas.</translation>
    </message>
    <message>
      <source>Cuts a picture and the tracks traced in it into chips that RailSeg's training reads.</source>
      <translation>Découpe une image et les voies qui y sont tracées en imagettes que lit l'entraînement de RailSeg.</translation>
    </message>
    <message>
      <source>Traced tracks</source>
      <translation>Voies tracées</translation>
    </message>
    <message>
      <source>The centre lines of all tracks in the area, one line each; or polygons of the ground that they cover.</source>
      <translation>Les axes de toutes les voies de la zone, une ligne chacun ; ou des polygones de la surface qu'elles occupent.</translation>
    </message>
    <message>
      <source>Side of a chip (m)</source>
      <translation>Côté d'une imagette (m)</translation>
    </message>
    <message>
      <source>In metres on the ground; 102.4 m are 512 pixels of 0.2 m.</source>
      <translation>En mètres au sol ; 102,4 m font 512 pixels de 0,2 m.</translation>
    </message>
    <message>
      <source>Chips without track per chip with track</source>
      <translation>Imagettes sans voie pour chacune avec voie</translation>
    </message>
    <message>
      <source>0: only chips that a track crosses; 1: as many without as with. Empty: all chips.</source>
      <translation>0 : seulement les imagettes que traverse une voie ; 1 : autant sans voie. Vide : toutes celles qu'il y a.</translation>
    </message>
    <message>
      <source>Folder of chips</source>
      <translation>Dossier des imagettes</translation>
    </message>
    <message>
      <source>Existing chips of this picture are replaced; those of others are kept.</source>
      <translation>Les imagettes de cette image qui existent déjà sont remplacées ; celles des autres restent.</translation>
    </message>
    <message>
      <source>Number of chips</source>
      <translation>Nombre d'imagettes</translation>
    </message>
    <message>
      <source>Number of chips with a track</source>
      <translation>Nombre d'imagettes avec une voie</translation>
    </message>
    <message>
      <source>Extract railway</source>
      <translation>Extraire les voies ferrées</translation>
    </message>
    <message>
      <source>rail,railroad,track,switch,turnout,orthophoto,drone,uav,deep learning,segmentation</source>
      <translation>rail,voie,voie ferrée,chemin de fer,aiguillage,orthophoto,drone,uav,apprentissage profond,segmentation</translation>
    </message>
    <message>
      <source>Draws the railway tracks in an aerial or drone picture as lines: one line per track between two nodes, and switches, crossings and ends as nodes.

A neural network finds the tracks, morphological opening and closing clean the mask, and its centre lines become the tracks. All lengths are in metres on the ground. Doubtful tracks and nodes have the status 'review'.

Everything runs on this machine; you can cancel at any time.</source>
      <translation>Trace les voies ferrées d'une image aérienne ou de drone sous forme de lignes : une ligne par voie entre deux nœuds, et les aiguillages, traversées et fins de voie sous forme de nœuds.

Un réseau de neurones trouve les voies, une ouverture et une fermeture nettoient le masque, dont le milieu donne les lignes. Toutes les longueurs sont en mètres au sol. Ce qui est douteux a le statut 'review'.

Tout se passe sur cette machine ; Annuler fonctionne à tout moment.</translation>
    </message>
    <message>
      <source>Draws the railway tracks in an aerial or drone picture as lines.</source>
      <translation>Trace les voies ferrées d'une image aérienne ou de drone sous forme de lignes.</translation>
    </message>
    <message>
      <source>Extract railway from a folder</source>
      <translation>Extraire les voies ferrées d'un dossier</translation>
    </message>
    <message>
      <source>rail,railroad,track,switch,turnout,orthophoto,tiles,mosaic,directory,batch</source>
      <translation>rail,voie,voie ferrée,chemin de fer,aiguillage,orthophoto,dalles,mosaïque,répertoire,lot</translation>
    </message>
    <message>
      <source>Draws the railway tracks in all pictures of a folder as if they were one picture: tracks continue across the seams.

The folder may hold up to 500 GeoTIFF, JPEG 2000, JPEG, PNG and IMG files; subfolders are ignored. The pictures may have different coordinate reference systems, such as two UTM zones: the layers get the one that most of them have. Where pictures overlap, the first by name counts.

Everything else is as in 'Extract railway'.</source>
      <translation>Trace les voies ferrées de toutes les images d'un dossier, vues comme une seule : les voies passent d'une image à l'autre.

Jusqu'à 500 fichiers GeoTIFF, JPEG 2000, JPEG, PNG et IMG, sans ceux des sous-dossiers. Ils peuvent avoir des systèmes de coordonnées de référence différents, par exemple deux fuseaux UTM : les couches ont celui de la plupart d'entre eux. Là où des images se recouvrent, la première par son nom compte.

Tout le reste est comme dans 'Extraire les voies ferrées'.</translation>
    </message>
    <message>
      <source>Draws the railway tracks in all pictures of a folder as lines.</source>
      <translation>Trace les voies ferrées de toutes les images d'un dossier sous forme de lignes.</translation>
    </message>
    <message>
      <source>Folder of pictures</source>
      <translation>Dossier d'images</translation>
    </message>
    <message>
      <source>Georeferenced rasters with a ground sampling distance of 1 m or finer.</source>
      <translation>Des rasters géoréférencés d'une résolution au sol de 1 m ou plus fine.</translation>
    </message>
    <message>
      <source>The folder {folder} doesn't exist. Choose another.</source>
      <translation>Le dossier {folder} n'existe pas. Choisissez-en un autre.</translation>
    </message>
    <message>
      <source>Extracted tracks</source>
      <translation>Voies extraites</translation>
    </message>
    <message>
      <source>The tracks that 'Extract railway' has drawn, or any other lines. Tracks rejected in the review are left out.</source>
      <translation>Les voies que 'Extraire les voies ferrées' a tracées, sauf celles rejetées lors de la révision ; ou des lignes quelconques.</translation>
    </message>
    <message>
      <source>Picture</source>
      <translation>Image</translation>
    </message>
    <message>
      <source>Only the parts of both layers that lie on the picture count. Empty: all lines count.</source>
      <translation>Seul compte ce qui se trouve dessus, pour les deux couches. Vide : toutes les lignes comptent.</translation>
    </message>
    <message>
      <source>Only the parts of both layers that lie in these polygons, or beside these lines, count. Empty: all lines count.</source>
      <translation>Des deux couches, seul compte ce qui se trouve dans ces polygones ou le long de ces lignes. Vide : toutes les lignes.</translation>
    </message>
    <message>
      <source>None of the tracks lies in the area. Choose another, or check the layers' CRS.</source>
      <translation>Aucune voie ne se trouve dans la zone. Choisissez-en une autre ou vérifiez le SCR des couches.</translation>
    </message>
    <message>
      <source>Railway tracks</source>
      <translation>Voies ferrées</translation>
    </message>
    <message>
      <source>One line per track between two nodes, with its length, confidence and status.</source>
      <translation>Une ligne par voie entre deux nœuds, avec sa longueur, sa confiance et son statut.</translation>
    </message>
    <message>
      <source>Railway nodes</source>
      <translation>Nœuds ferroviaires</translation>
    </message>
    <message>
      <source>Switches, crossings, ends, and where a track is cut by the edge of the picture or area.</source>
      <translation>Aiguillages, traversées, fins de voie, et là où une voie est coupée par le bord de l'image ou de la zone.</translation>
    </message>
    <message>
      <source>Railway map (GeoPackage with all layers)</source>
      <translation>Carte ferroviaire (GeoPackage avec toutes les couches)</translation>
    </message>
    <message>
      <source>GeoPackage (*.gpkg)</source>
      <translation>GeoPackage (*.gpkg)</translation>
    </message>
    <message>
      <source>Tracks, nodes, which track leads into which (rail_relation) and how the map was made, in one file.</source>
      <translation>Voies, nœuds, quelle voie mène à laquelle (rail_relation) et comment le tout a été fait, dans un fichier.</translation>
    </message>
    <message>
      <source>Number of tracks</source>
      <translation>Nombre de voies</translation>
    </message>
    <message>
      <source>Number of nodes</source>
      <translation>Nombre de nœuds</translation>
    </message>
    <message>
      <source>Total length (m)</source>
      <translation>Longueur totale (m)</translation>
    </message>
    <message>
      <source>Number of tracks and nodes to review</source>
      <translation>Nombre de voies et de nœuds à vérifier</translation>
    </message>
    <message>
      <source>{tracks} tracks, {length:.0f} m in all; {nodes} nodes; {review} to review</source>
      <translation>Voies : {tracks}, {length:.0f} m en tout ; nœuds : {nodes} ; à vérifier : {review}</translation>
    </message>
    <message>
      <source>{path} was written but can't be read by QGIS. Give it a plain name, without % and |.</source>
      <translation>{path} a été écrit, mais QGIS ne peut pas le lire. Donnez-lui un nom simple, sans % ni |.</translation>
    </message>
    <message>
      <source>The results are in {path}: open it, or save it elsewhere before you close QGIS.</source>
      <translation>Ce qui a été trouvé est dans {path} : ouvrez-le, ou enregistrez-le ailleurs avant de fermer QGIS.</translation>
    </message>
    <message>
      <source>Aerial or drone picture</source>
      <translation>Image aérienne ou de drone</translation>
    </message>
    <message>
      <source>A georeferenced raster with a ground sampling distance of 1 m or finer.</source>
      <translation>Un raster géoréférencé d'une résolution au sol de 1 m ou plus fine.</translation>
    </message>
    <message>
      <source>Bands</source>
      <translation>Bandes</translation>
    </message>
    <message>
      <source>Three bands to use as red, green and blue, or a single one. Empty: the picture's own red, green and blue.</source>
      <translation>Trois bandes pour rouge, vert et bleu, ou une seule. Vide : le rouge, le vert et le bleu de l'image.</translation>
    </message>
    <message>
      <source>The numbers of three bands to use as red, green and blue, such as 4, 1, 2, or of a single one. Empty: the pictures' own red, green and blue.</source>
      <translation>Les numéros de trois bandes pour rouge, vert et bleu, par exemple 4, 1, 2, ou d'une seule. Vide : le rouge, le vert et le bleu des images.</translation>
    </message>
    <message>
      <source>Extent</source>
      <translation>Emprise</translation>
    </message>
    <message>
      <source>Only this part of the picture is processed. Empty: all of it.</source>
      <translation>Seule cette partie de l'image est traitée. Vide : toute l'image.</translation>
    </message>
    <message>
      <source>Only what lies in these polygons, or beside these lines, is processed: a rough line of the railway, such as from OpenStreetMap, will do. Empty: the whole picture, or the whole extent.</source>
      <translation>Seul ce qui se trouve dans ces polygones, ou à côté de ces lignes, est traité : un tracé approximatif de la voie ferrée, par exemple d'OpenStreetMap, suffit. Vide : toute l'image, ou toute l'emprise.</translation>
    </message>
    <message>
      <source>Area or lines</source>
      <translation>Zone ou lignes</translation>
    </message>
    <message>
      <source>Corridor (m)</source>
      <translation>Couloir (m)</translation>
    </message>
    <message>
      <source>How far to look to either side of the lines and beyond their ends, in metres; not used for polygons.</source>
      <translation>Jusqu'où chercher de part et d'autre des lignes et au-delà de leurs extrémités, en mètres ; ne sert pas pour les polygones.</translation>
    </message>
    <message>
      <source>Model file</source>
      <translation>Fichier du modèle</translation>
    </message>
    <message>
      <source>RailSeg model (*.safetensors)</source>
      <translation>Modèle RailSeg (*.safetensors)</translation>
    </message>
    <message>
      <source>A model of your own, trained with RailSeg. Empty: the bundled one.</source>
      <translation>Votre propre modèle, entraîné avec RailSeg. Vide : celui qui est fourni.</translation>
    </message>
    <message>
      <source>Device</source>
      <translation>Périphérique</translation>
    </message>
    <message>
      <source>What the model runs on: auto uses a graphics card if there is one, otherwise the processor.</source>
      <translation>Ce qui calcule : auto prend une carte graphique s'il y en a une, sinon le processeur.</translation>
    </message>
    <message>
      <source>Look closely everywhere</source>
      <translation>Regarder en détail partout</translation>
    </message>
    <message>
      <source>The model first glances at each part of the picture and skips those without any sign of track, which saves time. Check this if a track is missing, or if you lower the threshold.</source>
      <translation>Le modèle jette d'abord un coup d'œil à chaque partie de l'image et saute celles sans aucun signe de voie, ce qui fait gagner du temps. À cocher si une voie manque ou si vous abaissez le seuil.</translation>
    </message>
    <message>
      <source>Mask or probability raster</source>
      <translation>Masque ou raster de probabilité</translation>
    </message>
    <message>
      <source>RailSeg's probability raster, or a one-band mask or probability raster made elsewhere.</source>
      <translation>Le raster de probabilité de RailSeg, ou un masque ou raster de probabilité à une bande fait ailleurs.</translation>
    </message>
    <message>
      <source>Threshold</source>
      <translation>Seuil</translation>
    </message>
    <message>
      <source>Probability from which a pixel counts as track, 0 to 1. Empty: the value that the model was tuned for.</source>
      <translation>Probabilité à partir de laquelle un pixel compte comme voie, de 0 à 1. Vide : celle pour laquelle le modèle a été réglé.</translation>
    </message>
    <message>
      <source>Opening (m)</source>
      <translation>Ouverture (m)</translation>
    </message>
    <message>
      <source>Removes specks and bridges thinner than this, in metres on the ground; 0: nothing.</source>
      <translation>Supprime les taches et les ponts plus étroits que cette valeur, en mètres au sol ; 0 : rien.</translation>
    </message>
    <message>
      <source>Closing (m)</source>
      <translation>Fermeture (m)</translation>
    </message>
    <message>
      <source>Then fills gaps narrower than this, in metres on the ground; 0: none.</source>
      <translation>Comble ensuite les lacunes plus étroites que cette valeur, en mètres au sol ; 0 : aucune.</translation>
    </message>
    <message>
      <source>Kernel</source>
      <translation>Noyau</translation>
    </message>
    <message>
      <source>Shape of the kernel for opening and closing.</source>
      <translation>Forme de l'ouverture et de la fermeture.</translation>
    </message>
    <message>
      <source>Minimum length (m)</source>
      <translation>Longueur minimale (m)</translation>
    </message>
    <message>
      <source>Isolated pieces shorter than this, in metres, are left out unless the edge of the picture or area cuts them.</source>
      <translation>Les morceaux isolés plus courts sont omis, en mètres, sauf ceux que coupe le bord de l'image ou de la zone.</translation>
    </message>
    <message>
      <source>Probability raster</source>
      <translation>Raster de probabilité</translation>
    </message>
    <message>
      <source>Bands track and axis, 0–255 for 0–1, at the model's ground sampling distance.</source>
      <translation>Bandes track (voie) et axis (axe de voie), 0–255 pour 0–1, à la résolution au sol du modèle.</translation>
    </message>
    <message>
      <source>Mask raster</source>
      <translation>Raster de masque</translation>
    </message>
    <message>
      <source>The cleaned mask of the tracks.</source>
      <translation>Le masque nettoyé des voies.</translation>
    </message>
    <message>
      <source>{n} bands are chosen: choose three as red, green and blue, or one, or none.</source>
      <translation>{n} bandes sont choisies : choisissez-en trois pour rouge, vert et bleu, ou une, ou aucune.</translation>
    </message>
    <message>
      <source>'{text}' isn't a list of band numbers: give three, such as 4, 1, 2, or one, or none.</source>
      <translation>'{text}' ne sont pas des numéros de bandes : donnez-en trois, par exemple 4, 1, 2, ou un seul, ou aucun.</translation>
    </message>
    <message>
      <source>{path} will be a GeoTIFF: give it a name that ends in .tif.</source>
      <translation>{path} serait un GeoTIFF : donnez-lui un nom qui se termine par .tif.</translation>
    </message>
    <message>
      <source>The raster layer {name} can't be read. Repair its data source.</source>
      <translation>La couche raster {name} ne peut pas être lue. Réparez sa source de données.</translation>
    </message>
    <message>
      <source>The raster layer {name} has no coordinate reference system. Give it one: right-click the layer &gt; Layer CRS &gt; Set Layer CRS.</source>
      <translation>La couche raster {name} n'a pas de système de coordonnées de référence. Donnez-lui-en un : clic droit sur la couche &gt; SCR de la couche.</translation>
    </message>
    <message>
      <source>The raster layer {name} is too coarse: its pixels are {gsd:.2g} m on the ground. Tracks can be told apart up to {largest:g} m, and best at {best:g} m or finer.</source>
      <translation>La couche raster {name} est trop grossière : ses pixels mesurent {gsd:.2g} m au sol. Les voies se distinguent jusqu’à {largest:g} m, et au mieux à {best:g} m ou moins.</translation>
    </message>
    <message>
      <source>{name} comes from a server and has no bounds: choose a picture that has bounds, or none.</source>
      <translation>{name} vient d'un serveur et n'a pas de limites : choisissez une image qui en a, ou aucune.</translation>
    </message>
    <message>
      <source>The extent lies outside the raster layer. Choose another.</source>
      <translation>L'emprise se trouve en dehors de la couche raster. Choisissez-en une autre.</translation>
    </message>
    <message>
      <source>Exporting {columns} × {rows} pixels of {name}</source>
      <translation>Export de {columns} × {rows} pixels de {name}</translation>
    </message>
    <message>
      <source>Exporting the picture</source>
      <translation>Export de l’image</translation>
    </message>
    <message>
      <source>The layer {name} can't be exported. Save it as a GeoTIFF and use that instead.</source>
      <translation>La couche {name} ne peut pas être exportée. Enregistrez-la en GeoTIFF, puis relancez avec celui-ci.</translation>
    </message>
    <message>
      <source>The server sent no picture of {name} for this area: it has none, or it failed. Try again later.</source>
      <translation>{name} est arrivé sans aucune image à cet endroit : le serveur n'en a pas ou a échoué. Réessayez plus tard.</translation>
    </message>
    <message>
      <source>The server sent no picture for {percent:.2g} % of {name}: it has none there, or it failed. Tracks may be missing.</source>
      <translation>{percent:.2g} % de {name} sont arrivés sans image : le serveur n'en a pas à cet endroit ou a échoué. Des voies peuvent manquer.</translation>
    </message>
    <message>
      <source>{name} must be exported first, which needs up to {needed:.0f} MB; the disk for temporary files has {free:.0f} MB free. Choose a smaller extent or area.</source>
      <translation>{name} doit d’abord être exportée, ce qui demande jusqu’à {needed:.0f} Mo ; le disque des fichiers temporaires en a {free:.0f} Mo. Choisissez une emprise ou une zone plus petite.</translation>
    </message>
    <message>
      <source>{name} comes from a server: choose an extent or an area to work on.</source>
      <translation>{name} vient d'un serveur : choisissez une emprise ou une zone à traiter.</translation>
    </message>
    <message>
      <source>{name} comes from a server: choose an extent of at most {side} m.</source>
      <translation>{name} vient d'un serveur : choisissez une emprise d'au plus {side} m.</translation>
    </message>
    <message>
      <source>{layer} of {raster}</source>
      <translation>{layer} de {raster}</translation>
    </message>
    <message>
      <source>Extracted from {raster} by RailSeg {version}</source>
      <translation>Extrait de {raster} par RailSeg {version}</translation>
    </message>
    <message>
      <source>with the model {model}</source>
      <translation>avec le modèle {model}</translation>
    </message>
    <message>
      <source>Lines and nodes with the status 'review' are doubtful and should be checked.</source>
      <translation>Les lignes et les nœuds au statut 'review' sont douteux et doivent être examinés.</translation>
    </message>
    <message>
      <source>Parameters: {list}</source>
      <translation>Paramètres : {list}</translation>
    </message>
    <message>
      <source>The licence terms of the picture determine how the lines drawn from it may be used.</source>
      <translation>Les conditions de licence de l'image décident de celles des lignes qui en sont tirées.</translation>
    </message>
    <message>
      <source>Segment railway</source>
      <translation>Segmenter les voies ferrées</translation>
    </message>
    <message>
      <source>rail,railroad,track,probability,mask,orthophoto,drone,deep learning,segmentation</source>
      <translation>rail,voie,voie ferrée,chemin de fer,probabilité,masque,orthophoto,drone,apprentissage profond,segmentation</translation>
    </message>
    <message>
      <source>Gives, for each pixel of an aerial or drone picture, the probability that it is railway track (band track) and that it is on the centre line of a track (band axis), 0–255 for 0–1.

The optional mask is what reaches the threshold, cleaned by opening and closing. 'Vectorize railway mask' turns either raster into lines.</source>
      <translation>Dit pour chaque pixel d'une image aérienne ou de drone avec quelle probabilité c'est une voie ferrée (bande track) et l'axe d'une voie (bande axis), 0–255 pour 0–1.

Le masque, s'il est demandé, est ce qui atteint le seuil, nettoyé par ouverture et fermeture. 'Vectoriser un masque de voies ferrées' fait des lignes de l'un ou de l'autre.</translation>
    </message>
    <message>
      <source>Gives the probability that each pixel is railway track.</source>
      <translation>Dit pour chaque pixel avec quelle probabilité c'est une voie ferrée.</translation>
    </message>
    <message>
      <source>The layer {name} has no coordinate reference system. Give it one: right-click the layer &gt; Layer CRS &gt; Set Layer CRS.</source>
      <translation>La couche {name} n'a pas de système de coordonnées de référence. Donnez-lui-en un : clic droit sur la couche &gt; SCR de la couche.</translation>
    </message>
    <message>
      <source>The layer {name} can't be exported ({message}). Save it as a GeoPackage and use that instead.</source>
      <translation>La couche {name} ne peut pas être exportée ({message}). Enregistrez-la en GeoPackage, puis relancez avec celui-ci.</translation>
    </message>
    <message>
      <source>Vectorize railway mask</source>
      <translation>Vectoriser un masque de voies ferrées</translation>
    </message>
    <message>
      <source>rail,track,mask,probability,centerline,centreline,skeleton,lines,vectorise</source>
      <translation>rail,voie,voie ferrée,masque,probabilité,axe de voie,ligne médiane,squelette,lignes,vectoriser</translation>
    </message>
    <message>
      <source>Draws the railway tracks in a mask or probability raster as lines: one line per track between two nodes, and switches, crossings and ends as nodes.

It takes RailSeg's own probability raster, and one-band masks and probability rasters made elsewhere, with pixels of up to 2 m. All lengths are in metres on the ground.</source>
      <translation>Trace les voies ferrées d'un masque ou raster de probabilité sous forme de lignes : une ligne par voie entre deux nœuds, et les aiguillages, traversées et fins de voie sous forme de nœuds.

Prend le raster de probabilité de RailSeg, et des masques et probabilités à une bande faits ailleurs, de pixels de 2 m au plus. Toutes les longueurs sont en mètres au sol.</translation>
    </message>
    <message>
      <source>Draws the railway tracks in a mask or probability raster as lines.</source>
      <translation>Trace les voies ferrées d'un masque ou raster de probabilité sous forme de lignes.</translation>
    </message>
    <message>
      <source>RailSeg needs Python {oldest} to {newest} with its venv module to create the environment. Install it (from python.org; on Debian and Ubuntu the package python3-venv), then try again, or use an existing Python.</source>
      <translation>RailSeg a besoin de Python {oldest} à {newest}, avec son module venv, pour créer l'environnement. Installez-le (depuis python.org ; sous Debian et Ubuntu le paquet python3-venv) et réessayez, ou utilisez un Python existant.</translation>
    </message>
    <message>
      <source>Of another version: {pythons}.</source>
      <translation>D'une autre version : {pythons}.</translation>
    </message>
    <message>
      <source>Without venv: {pythons}.</source>
      <translation>Sans venv : {pythons}.</translation>
    </message>
    <message>
      <source>{path} can't be written.</source>
      <translation>{path} ne peut pas être écrit.</translation>
    </message>
    <message>
      <source>Another QGIS window (process {pid} on {host}) is creating the environment. Wait until it is done. If there is no such window, delete {path}.</source>
      <translation>Une autre fenêtre de QGIS (processus {pid} sur {host}) est en train de créer l'environnement. Attendez qu'elle ait fini. S'il n'y en a pas, supprimez {path}.</translation>
    </message>
    <message>
      <source>This takes about {duration} and {size:.0f} MB of disk space</source>
      <translation>Cela prend environ {duration} et {size:.0f} Mo sur le disque</translation>
    </message>
    <message>
      <source>This takes at most about {duration} and {size:.0f} MB of disk space</source>
      <translation>Cela prend au plus environ {duration} et {size:.0f} Mo sur le disque</translation>
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
      <translation>Le Python choisi pour RailSeg n'existe pas : {path}. Choisissez-en un autre dans Préférences &gt; Options &gt; RailSeg.</translation>
    </message>
    <message>
      <source>The Python that RailSeg's environment was created with is gone, perhaps after an update of QGIS. Create the environment again under Settings &gt; Options &gt; RailSeg &gt; Create environment.</source>
      <translation>Le Python avec lequel l'environnement de RailSeg a été créé a disparu, comme cela arrive après une mise à jour de QGIS. Recréez-le dans Préférences &gt; Options &gt; RailSeg &gt; Créer l'environnement.</translation>
    </message>
    <message>
      <source>RailSeg's Python environment is missing. Create it under Settings &gt; Options &gt; RailSeg &gt; Create environment.</source>
      <translation>L'environnement Python de RailSeg manque. Créez-le dans Préférences &gt; Options &gt; RailSeg &gt; Créer l'environnement.</translation>
    </message>
    <message>
      <source>Without a desktop, set the variable {variable} to a Python that has the packages listed in {requirements}.</source>
      <translation>Sans interface graphique, donnez à la variable {variable} un Python qui a les paquets de {requirements}.</translation>
    </message>
    <message>
      <source>RailSeg's Python environment was created for another version of RailSeg. Create it again under Settings &gt; Options &gt; RailSeg &gt; Create environment.</source>
      <translation>L'environnement Python de RailSeg a été créé pour une autre version de RailSeg. Recréez-le dans Préférences &gt; Options &gt; RailSeg &gt; Créer l'environnement.</translation>
    </message>
    <message>
      <source>Python: {path}</source>
      <translation>Python : {path}</translation>
    </message>
    <message>
      <source>PyTorch can't use the NVIDIA card and runs on the CPU: {problem}</source>
      <translation>PyTorch ne peut pas utiliser la carte NVIDIA et travaille sur le processeur : {problem}</translation>
    </message>
    <message>
      <source>{folder} has no wheels (files that end in .whl).</source>
      <translation>{folder} ne contient pas de wheels (fichiers qui se terminent par .whl).</translation>
    </message>
    <message>
      <source>{folder} has {free:.1f} GB free, but creating the environment needs {needed:.1f} GB. Free some space, then try again.</source>
      <translation>{folder} a {free:.1f} Go libres, l'environnement en demande {needed:.1f} pendant sa création. Faites de la place et réessayez.</translation>
    </message>
    <message>
      <source>{folder} contains other files. Move them away, then try again.</source>
      <translation>{folder} contient autre chose. Déplacez-le et réessayez.</translation>
    </message>
    <message>
      <source>The folder {folder} can't be written: {error}.</source>
      <translation>Le dossier {folder} ne peut pas être écrit : {error}.</translation>
    </message>
    <message>
      <source>Cancelled.</source>
      <translation>Annulé.</translation>
    </message>
    <message>
      <source>Creating RailSeg's Python environment</source>
      <translation>Création de l'environnement Python de RailSeg</translation>
    </message>
    <message>
      <source>Checking RailSeg's Python</source>
      <translation>Vérification du Python de RailSeg</translation>
    </message>
    <message>
      <source>{program} failed with exit code {code}:</source>
      <translation>{program} a échoué avec le code de sortie {code} :</translation>
    </message>
    <message>
      <source>The package server can't be reached. Check the connection, then try again: what has been downloaded isn't downloaded twice. Without a network, install from a folder of wheels.</source>
      <translation>Le serveur des paquets est injoignable. Vérifiez la connexion et réessayez : ce qui a été téléchargé ne l'est pas deux fois. Sans réseau, installez depuis un dossier de wheels.</translation>
    </message>
    <message>
      <source>The proxy doesn't let the download through. Check host, port, user and password under Settings &gt; Options &gt; Network (an HTTP proxy: pip can't use SOCKS by itself), or install from a folder of wheels.</source>
      <translation>Le proxy ne laisse pas passer le téléchargement. Vérifiez hôte, port, utilisateur et mot de passe dans Préférences &gt; Options &gt; Réseau (un proxy HTTP : pip seul ne sait pas utiliser SOCKS), ou installez depuis un dossier de wheels.</translation>
    </message>
    <message>
      <source>The server's certificate isn't trusted, perhaps because a company's firewall inspects connections. Set the variable PIP_CERT to the company's certificate file (PEM) before QGIS starts, or install from a folder of wheels.</source>
      <translation>Le certificat du serveur n'est pas reconnu, comme lorsque le pare-feu d'une entreprise regarde dans les connexions. Donnez à la variable PIP_CERT le fichier de certificat de l'entreprise (PEM) avant le démarrage de QGIS, ou installez depuis un dossier de wheels.</translation>
    </message>
    <message>
      <source>The disk is full. Free some space, then try again.</source>
      <translation>Le disque est plein. Faites de la place et réessayez.</translation>
    </message>
    <message>
      <source>A file can't be written, because another program is using it (a virus scanner, another QGIS window) or you have no access to the folder. Wait or close other QGIS windows and try again; if that doesn't help, exclude the folder from virus scanning.</source>
      <translation>Un fichier ne peut pas être écrit, parce qu'un autre programme le tient (un antivirus, une autre fenêtre de QGIS) ou que le dossier vous est fermé. Attendez ou fermez les autres fenêtres de QGIS et réessayez ; si cela persiste, faites exclure le dossier de l'antivirus.</translation>
    </message>
    <message>
      <source>A virus scanner or a policy of this machine doesn't let the program run. Ask the machine's administrator to allow it in this folder, or use an existing Python.</source>
      <translation>Un antivirus ou une stratégie de cette machine empêche l'exécution du programme. Demandez à la personne qui l'administre de l'autoriser dans ce dossier, ou utilisez un Python existant.</translation>
    </message>
    <message>
      <source>A file's path is too long for this system. Enable long paths in Windows, or use an existing Python in a folder with a shorter name.</source>
      <translation>Le chemin d'un fichier est trop long pour ce système. Activez les chemins longs dans Windows, ou utilisez un Python existant dans un dossier au nom plus court.</translation>
    </message>
    <message>
      <source>A package isn't available for this Python and system. If you install from a folder, check that its wheels were downloaded for this system and this version of Python; otherwise use an existing Python (3.11 to 3.14).</source>
      <translation>Un paquet n'existe pas pour ce Python et ce système. Si vous installez depuis un dossier, vérifiez que ses wheels ont été téléchargés pour ce système et cette version de Python ; sinon utilisez un Python existant (3.11 à 3.14).</translation>
    </message>
    <message>
      <source>This Python has no pip. Create the environment again, or use an existing Python.</source>
      <translation>Ce Python n'a pas pip. Recréez l'environnement, ou utilisez un Python existant.</translation>
    </message>
    <message>
      <source>This Python can't create environments. Install its venv module (on Debian and Ubuntu the package python3-venv), then try again, or use an existing Python.</source>
      <translation>Ce Python ne peut pas créer d'environnements. Installez son module venv (sous Debian et Ubuntu le paquet python3-venv) et réessayez, ou utilisez un Python existant.</translation>
    </message>
    <message>
      <source>This Python lacks a package that RailSeg needs. Install those listed in {requirements} into it (pip install -r), or let RailSeg create an environment of its own.</source>
      <translation>Il manque à ce Python un paquet dont RailSeg a besoin. Installez-y ceux de {requirements} (pip install -r), ou laissez RailSeg créer son propre environnement.</translation>
    </message>
    <message>
      <source>A system library that PyTorch needs is missing. On Windows install Microsoft's Visual C++ Redistributable (2015–2022, x64), on Linux the package libgomp1, then check again.</source>
      <translation>Une bibliothèque système dont PyTorch a besoin manque. Sous Windows installez Microsoft Visual C++ Redistributable (2015–2022, x64), sous Linux le paquet libgomp1, puis vérifiez de nouveau.</translation>
    </message>
    <message>
      <source>There wasn't enough memory, and the program was stopped. Close other programs, then try again.</source>
      <translation>La mémoire ne suffit pas, et le programme a été arrêté. Fermez d'autres programmes et réessayez.</translation>
    </message>
    <message>
      <source>Check</source>
      <translation>Vérifier</translation>
    </message>
    <message>
      <source>Copy report</source>
      <translation>Copier le rapport</translation>
    </message>
    <message>
      <source>Build it for this machine's processor</source>
      <translation>Le créer pour le processeur de cette machine</translation>
    </message>
    <message>
      <source>Build it for the NVIDIA card (CUDA)</source>
      <translation>Le créer pour la carte NVIDIA (CUDA)</translation>
    </message>
    <message>
      <source>Build it from a folder of wheels, without a network</source>
      <translation>Le créer depuis un dossier de wheels, sans réseau</translation>
    </message>
    <message>
      <source>Folder of wheels</source>
      <translation>Dossier de wheels</translation>
    </message>
    <message>
      <source>Use an existing Python that has RailSeg's requirements</source>
      <translation>Utiliser un Python existant qui a ce dont RailSeg a besoin</translation>
    </message>
    <message>
      <source>Python for RailSeg</source>
      <translation>Python pour RailSeg</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Annuler</translation>
    </message>
    <message>
      <source>RailSeg's model runs in a Python environment of its own, separate from QGIS: PyTorch and some smaller packages, installed to {folder}. QGIS itself isn't changed.</source>
      <translation>Le modèle de RailSeg fonctionne dans un environnement Python à part, à côté de QGIS : PyTorch et quelques paquets plus petits, installés dans {folder}. Rien n'est changé dans QGIS.</translation>
    </message>
    <message>
      <source>Environment</source>
      <translation>Environnement</translation>
    </message>
    <message>
      <source>Set it up</source>
      <translation>Installation</translation>
    </message>
    <message>
      <source>Check and use it</source>
      <translation>Vérifier et utiliser</translation>
    </message>
    <message>
      <source>Create environment</source>
      <translation>Créer l'environnement</translation>
    </message>
    <message>
      <source>Ready: {python}</source>
      <translation>Prêt : {python}</translation>
    </message>
    <message>
      <source>(set by the variable {name})</source>
      <translation>(défini par la variable {name})</translation>
    </message>
    <message>
      <source>{text}: about {download} GB to download, {disk} GB on disk</source>
      <translation>{text} : environ {download} Go à télécharger, {disk} Go sur le disque</translation>
    </message>
    <message>
      <source>Extract railway…</source>
      <translation>Extraire les voies ferrées…</translation>
    </message>
    <message>
      <source>Extract railway from a folder…</source>
      <translation>Extraire les voies ferrées d'un dossier…</translation>
    </message>
    <message>
      <source>The Python environment isn't ready: set it up in the options.</source>
      <translation>L'environnement Python n'est pas prêt : installez-le dans les options.</translation>
    </message>
    <message>
      <source>Open the options</source>
      <translation>Ouvrir les options</translation>
    </message>
    <message>
      <source>{program} can't be started: {error}.</source>
      <translation>{program} ne peut pas être démarré : {error}.</translation>
    </message>
    <message>
      <source>Review railway tracks</source>
      <translation>Vérifier les voies ferrées</translation>
    </message>
    <message>
      <source>The railway is on the map. Some of it should be checked.</source>
      <translation>Les voies ferrées sont sur la carte. Une partie est à examiner.</translation>
    </message>
    <message>
      <source>Review 1 item</source>
      <translation>Vérifier 1 élément</translation>
    </message>
    <message>
      <source>Review {n} items</source>
      <translation>Vérifier {n} éléments</translation>
    </message>
    <message>
      <source>Accept railway tracks</source>
      <translation>Accepter des voies ferrées</translation>
    </message>
    <message>
      <source>Reject railway tracks</source>
      <translation>Rejeter des voies ferrées</translation>
    </message>
    <message>
      <source>Delete rejected railway tracks</source>
      <translation>Supprimer les voies ferrées rejetées</translation>
    </message>
    <message>
      <source>The edits of {name} could not be saved: {problem}</source>
      <translation>Les modifications de {name} n'ont pas pu être enregistrées : {problem}</translation>
    </message>
    <message>
      <source>{name} can't be edited. Save it as a GeoPackage in a folder of your own and review that.</source>
      <translation>{name} ne peut pas être modifiée. Enregistrez-la en GeoPackage dans un dossier à vous et vérifiez celui-ci.</translation>
    </message>
    <message>
      <source>track</source>
      <translation>voie</translation>
    </message>
    <message>
      <source>switch</source>
      <translation>aiguillage</translation>
    </message>
    <message>
      <source>crossing</source>
      <translation>traversée</translation>
    </message>
    <message>
      <source>end of track</source>
      <translation>fin de voie</translation>
    </message>
    <message>
      <source>cut at the edge</source>
      <translation>coupée au bord</translation>
    </message>
    <message>
      <source>node</source>
      <translation>nœud</translation>
    </message>
    <message>
      <source>What</source>
      <translation>Quoi</translation>
    </message>
    <message>
      <source>Reason</source>
      <translation>Raison</translation>
    </message>
    <message>
      <source>Length (m)</source>
      <translation>Longueur (m)</translation>
    </message>
    <message>
      <source>Confidence</source>
      <translation>Confiance</translation>
    </message>
    <message>
      <source>Show only the items that are doubtful for this reason</source>
      <translation>Ne montrer que ce qui est douteux pour cette raison</translation>
    </message>
    <message>
      <source>All reasons</source>
      <translation>Toutes les raisons</translation>
    </message>
    <message>
      <source>Previous</source>
      <translation>Précédent</translation>
    </message>
    <message>
      <source>Previous item (P)</source>
      <translation>Élément précédent (P)</translation>
    </message>
    <message>
      <source>Next</source>
      <translation>Suivant</translation>
    </message>
    <message>
      <source>Next item (N)</source>
      <translation>Élément suivant (N)</translation>
    </message>
    <message>
      <source>Accept</source>
      <translation>Accepter</translation>
    </message>
    <message>
      <source>The selected items are right (A)</source>
      <translation>Ce qui est sélectionné est juste (A)</translation>
    </message>
    <message>
      <source>Reject</source>
      <translation>Rejeter</translation>
    </message>
    <message>
      <source>The selected items are wrong; they are kept, in grey (R)</source>
      <translation>Ce qui est sélectionné est faux ; c'est conservé, en gris (R)</translation>
    </message>
    <message>
      <source>Delete rejected</source>
      <translation>Supprimer les rejetés</translation>
    </message>
    <message>
      <source>Deletes the rejected items from the layers; Undo brings them back</source>
      <translation>Supprime des couches ce qui est rejeté ; Annuler le rétablit</translation>
    </message>
    <message>
      <source>Save edits</source>
      <translation>Enregistrer les modifications</translation>
    </message>
    <message>
      <source>Saves what you decided, and all other edits of these layers, to their files</source>
      <translation>Écrit ce qui a été décidé, et toutes les autres modifications de ces couches, dans leurs fichiers</translation>
    </message>
    <message>
      <source>Delete rejected ({n})</source>
      <translation>Supprimer les rejetés ({n})</translation>
    </message>
    <message>
      <source>{n} to review</source>
      <translation>{n} à vérifier</translation>
    </message>
    <message>
      <source>{shown} of {n} to review</source>
      <translation>{shown} sur {n} à vérifier</translation>
    </message>
    <message>
      <source>There are no railway tracks in this project: right-click a raster layer and choose Extract railway….</source>
      <translation>Il n'y a pas de voies ferrées dans ce projet : clic droit sur une couche raster, Extraire les voies ferrées….</translation>
    </message>
    <message>
      <source>Nothing is left to review. Save the layers' edits to keep what you decided.</source>
      <translation>Il ne reste rien à vérifier. Enregistrez les modifications des couches pour garder vos décisions.</translation>
    </message>
    <message>
      <source>Nothing is left to review.</source>
      <translation>Il ne reste rien à vérifier.</translation>
    </message>
    <message>
      <source>short isolated piece</source>
      <translation>morceau isolé court</translation>
    </message>
    <message>
      <source>sharp bend</source>
      <translation>courbe serrée</translation>
    </message>
    <message>
      <source>low confidence</source>
      <translation>faible confiance</translation>
    </message>
    <message>
      <source>long inference</source>
      <translation>longue interpolation</translation>
    </message>
    <message>
      <source>close to another track</source>
      <translation>proche d'une autre voie</translation>
    </message>
    <message>
      <source>crosses another track</source>
      <translation>croise une autre voie</translation>
    </message>
    <message>
      <source>uncertain fork</source>
      <translation>bifurcation incertaine</translation>
    </message>
    <message>
      <source>uncertain crossing</source>
      <translation>traversée incertaine</translation>
    </message>
    <message>
      <source>crossing or slip</source>
      <translation>traversée ou traversée-jonction</translation>
    </message>
    <message>
      <source>closed ring</source>
      <translation>anneau fermé</translation>
    </message>
    <message>
      <source>The worker gave no answer:</source>
      <translation>Le processus de calcul n'a pas répondu :</translation>
    </message>
    <message>
      <source>RailSeg {version}, Python {python}, PyTorch {torch}, runs on {device}, {speed:.1f} tiles per second</source>
      <translation>RailSeg {version}, Python {python}, PyTorch {torch}, travaille sur {device}, {speed:.1f} tuiles par seconde</translation>
    </message>
    <message>
      <source>RailSeg's Python can't be started ({error}). Check it under Settings &gt; Options &gt; RailSeg.</source>
      <translation>Le Python de RailSeg ne peut pas être démarré ({error}). Vérifiez-le dans Préférences &gt; Options &gt; RailSeg.</translation>
    </message>
    <message>
      <source>RailSeg's files are from different versions. Install the plugin again and restart QGIS.</source>
      <translation>Les fichiers de RailSeg sont de versions différentes. Réinstallez l'extension et redémarrez QGIS.</translation>
    </message>
    <message>
      <source>RailSeg's worker was stopped by the system, probably for lack of memory. Close other programs or choose a smaller extent, then run it again. Outputs of earlier runs are untouched.</source>
      <translation>Le processus de calcul de RailSeg a été arrêté par le système, sans doute faute de mémoire. Fermez d'autres programmes ou choisissez une emprise plus petite, puis relancez. Les résultats des exécutions précédentes sont intacts.</translation>
    </message>
    <message>
      <source>RailSeg's worker ended unexpectedly (exit code {code}). Check the environment under Settings &gt; Options &gt; RailSeg; if it is in order, report this with the lines below.</source>
      <translation>Le processus de calcul de RailSeg s'est arrêté de façon inattendue (code de sortie {code}). Vérifiez l'environnement dans Préférences &gt; Options &gt; RailSeg ; s'il est en ordre, signalez ceci avec les lignes ci-dessous.</translation>
    </message>
    <message>
      <source>{stage}: {done} of {total} tiles</source>
      <translation>{stage} : {done} tuiles sur {total}</translation>
    </message>
    <message>
      <source>{stage}, about {duration} left</source>
      <translation>{stage}, encore {duration} environ</translation>
    </message>
    <message>
      <source>{gsd:.3g} m pixels, {area:.1f} ha to process in {tiles} tiles with {model} on {device}</source>
      <translation>Pixels de {gsd:.3g} m, {area:.1f} ha à examiner en {tiles} tuiles avec {model} sur {device}</translation>
    </message>
    <message>
      <source>Looking for tracks</source>
      <translation>Recherche des voies</translation>
    </message>
    <message>
      <source>Cleaning the mask</source>
      <translation>Nettoyage du masque</translation>
    </message>
    <message>
      <source>Thinning the tracks</source>
      <translation>Amincissement des voies</translation>
    </message>
    <message>
      <source>Drawing the lines</source>
      <translation>Tracé des lignes</translation>
    </message>
    <message>
      <source>Comparing the lines</source>
      <translation>Comparaison des lignes</translation>
    </message>
    <message>
      <source>Cutting chips</source>
      <translation>Découpe des imagettes</translation>
    </message>
    <message>
      <source>to be reviewed</source>
      <translation>à vérifier</translation>
    </message>
    <message>
      <source>rejected</source>
      <translation>rejeté</translation>
    </message>
    <message>
      <source>other</source>
      <translation>autre</translation>
    </message>
    <message>
      <source>railway</source>
      <translation>objet ferroviaire</translation>
    </message>
    <message>
      <source>track ends</source>
      <translation>extrémités de voie au nœud</translation>
    </message>
    <message>
      <source>angle (°)</source>
      <translation>angle (°)</translation>
    </message>
    <message>
      <source>radius of the branch (m)</source>
      <translation>rayon de la voie déviée (m)</translation>
    </message>
    <message>
      <source>side of the branch</source>
      <translation>côté de la voie déviée</translation>
    </message>
    <message>
      <source>confidence (0–1)</source>
      <translation>confiance (0–1)</translation>
    </message>
    <message>
      <source>status</source>
      <translation>statut</translation>
    </message>
    <message>
      <source>reason for review</source>
      <translation>raison de la vérification</translation>
    </message>
    <message>
      <source>left</source>
      <translation>gauche</translation>
    </message>
    <message>
      <source>right</source>
      <translation>droite</translation>
    </message>
    <message>
      <source>ok</source>
      <translation>en ordre</translation>
    </message>
    <message>
      <source>confidence 0.9 and more</source>
      <translation>confiance de 0,9 et plus</translation>
    </message>
    <message>
      <source>confidence 0.75 to 0.9</source>
      <translation>confiance de 0,75 à 0,9</translation>
    </message>
    <message>
      <source>confidence below 0.75</source>
      <translation>confiance inférieure à 0,75</translation>
    </message>
    <message>
      <source>from node</source>
      <translation>du nœud</translation>
    </message>
    <message>
      <source>to node</source>
      <translation>au nœud</translation>
    </message>
    <message>
      <source>length on the ground (m)</source>
      <translation>longueur au sol (m)</translation>
    </message>
    <message>
      <source>lowest confidence (0–1)</source>
      <translation>confiance la plus basse (0–1)</translation>
    </message>
    <message>
      <source>inferred length (m)</source>
      <translation>longueur interpolée (m)</translation>
    </message>
    <message>
      <source>smallest radius (m)</source>
      <translation>plus petit rayon (m)</translation>
    </message>
    <message>
      <source>source</source>
      <translation>source</translation>
    </message>
    <message>
      <source>source's ground sampling distance (m)</source>
      <translation>résolution au sol de la source (m)</translation>
    </message>
    <message>
      <source>model</source>
      <translation>modèle</translation>
    </message>
    <message>
      <source>created</source>
      <translation>créé</translation>
    </message>
    <message>
      <source>rail</source>
      <translation>voie ferrée</translation>
    </message>
    <message>
      <source>matched</source>
      <translation>apparié</translation>
    </message>
    <message>
      <source>missed</source>
      <translation>manqué</translation>
    </message>
    <message>
      <source>false</source>
      <translation>faux</translation>
    </message>
  </context>
</TS>
